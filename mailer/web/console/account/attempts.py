"""How often one may try to sign in: per account and network, then per network."""

from typing import Any

from mailer.sites.site import Site
from mailer.web.limits import Buckets, Limits

ACCOUNT, NETWORK = (5, 1 / 60), (30, 1 / 5)  # at once, then a second


class Attempts:
    """The attempts of one process."""

    def __init__(self, site: Site) -> None:
        self._clients = Limits(site.settings.web.trusted_proxies)
        self._accounts, self._networks = Buckets(*ACCOUNT), Buckets(*NETWORK)

    def allow(self, scope: Any, name: str) -> bool:
        """Return whether one more attempt is within the limits, and count it.

        Another network cannot lock a user out.
        """
        client = self._clients.client_of(scope)
        account = self._accounts.take(f"{name.casefold()[:100]} {client}")
        return account and self._networks.take(client)

    def allow_network(self, scope: Any) -> bool:
        """Return whether a network may try once more, where no name can be guessed.

        Colleagues in one office have one address.
        """
        return self._networks.take(self._clients.client_of(scope))
