"""The address of a site's calendar feed, with a token that nothing stores.

The token is a keyed hash of `web.calendar_feed`; another word there, or the removal of
the signing key, makes former addresses invalid.
"""

from mailer.errors import TokenError
from mailer.sites.site import Site

_PURPOSE = b"calendar"


def address(site: Site) -> str:
    """Return the web address of a site's feed; "" if it has none."""
    label = site.settings.web.calendar_feed
    if not label:
        return ""
    token = site.signer.label_token(_PURPOSE, label)
    return f"{site.settings.site.url}/calendar/{token}.ics"


def require(site: Site, token: str) -> None:
    """Raise TokenError unless a token is that of the site's feed."""
    label = site.settings.web.calendar_feed
    if not label or not site.signer.is_label_token(_PURPOSE, label, token):
        raise TokenError("this calendar is not, or no longer, at this address")
