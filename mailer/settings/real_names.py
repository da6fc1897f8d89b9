"""Finds names and addresses that no reader can reach: examples and this machine's.

Reserved are the names of RFC 2606, 6761 and 6762; they lead nowhere.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from mailer.settings.sections import Settings

RESERVED = {"example", "test", "invalid", "localhost", "local"}  # top-level domains
EXAMPLES = {"example.com", "example.net", "example.org"}


def is_reserved(domain: str) -> bool:
    """Whether a domain, or one above it, is reserved."""
    labels = domain.lower().rstrip(".").split(".")
    return labels[-1] in RESERVED or ".".join(labels[-2:]) in EXAMPLES


def unreachable(address: str) -> str:
    """Return why no reader can use the address of a link; empty if one may.

    Addresses other than https, http and mailto may be used.
    """
    scheme, _, rest = address.partition(":")
    if scheme.lower() == "mailto":
        domain = rest.partition("?")[0].rpartition("@")[2]
        return f"{domain} is an example domain" if is_reserved(domain) else ""
    if scheme.lower() not in {"https", "http"}:
        return ""
    host = urlsplit(address).hostname or ""
    try:
        return "" if ip_address(host).is_global else f"{host} is on no public network"
    except ValueError:
        pass
    if is_reserved(host):
        return f"{host} is an example domain, or this machine"
    return "" if "." in host else f"{host} is known within one network only"


def faults(settings: Settings) -> list[str]:
    """Return a sentence for each setting that still names an example or this machine.

    A demonstration may have them.
    """
    url = settings.site.url
    found = [f"site.url: {reason}" for reason in [unreachable(url)] if reason]
    if not found and not url.startswith("https:"):
        found.append(f"site.url: found {url}; expected https")
    domains = {
        "mail.domain": settings.mail.domain,
        "mail.return_domain": settings.mail.return_domain,
        "mail.leave_mailbox": settings.mail.leave_mailbox,
        "sender.address": settings.sender.address,
        "sender.reply_to": settings.sender.reply_to,
    }
    for setting, value in domains.items():
        domain = value.rpartition("@")[2]
        if domain and is_reserved(domain):
            found.append(f"{setting}: {domain} is an example domain")
    return found
