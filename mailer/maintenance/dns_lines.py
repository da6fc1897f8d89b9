"""What a site publishes in the DNS: SPF, DKIM, DMARC and the return path."""

from pathlib import Path
from urllib.parse import urlsplit

from mailer.composing import dkim_keys
from mailer.settings import loading
from mailer.settings.sections import Settings


def values(settings: Settings, root: Path) -> dict[str, str]:
    """Return the values of the places in the sample of the DNS.

    Raises ConfigError where the file of a DKIM key cannot be used.
    """
    hosts = _senders(settings)
    return {
        "SPF": f"v=spf1 {' '.join(f'a:{each}' for each in hosts)} -all",
        "RETURN_DOMAIN": settings.mail.return_domain,
        "RETURN_HOST": hosts[0],
        "DKIM": _keys(settings, root),
        "SENDER_DOMAIN": settings.sender.address.rpartition("@")[2],
        "REPLY_TO": settings.sender.reply_to,
    }


def _senders(settings: Settings) -> list[str]:
    """Return the hosts of the relays; for one on this machine, that of the pages."""
    here = urlsplit(settings.site.url).hostname or ""
    hosts = [each.host for each in settings.every_relay.values()]
    named = [here if loading.is_loopback(each) else each.rstrip(".") for each in hosts]
    return list(dict.fromkeys(named))


def _keys(settings: Settings, root: Path) -> str:
    if settings.dkim.unsigned or settings.dkim.relay_signs:
        return f"; {dkim_keys.who_signs(settings)}"
    domain = dkim_keys.signing_domain(settings)
    return "\n".join(
        dkim_keys.record(selector, domain, key).zone_line()
        for selector, key in dkim_keys.read(settings, root)
    )
