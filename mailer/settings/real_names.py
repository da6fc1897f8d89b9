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


def is_invented(address: str) -> bool:
    """Whether an address of a link is under .example, as all of a demonstration are."""
    return _domain(address).lower().endswith(".example")


def _domain(address: str) -> str:
    """Return the domain or host of an address of https, http or mailto."""
    scheme, _, rest = address.partition(":")
    if scheme.lower() == "mailto":
        return rest.partition("?")[0].rpartition("@")[2]
    return urlsplit(address).hostname or ""


def unreachable(address: str) -> str:
    """Return why no reader can use the address of a link; empty if one may.

    Addresses other than https, http and mailto may be used.
    """
    scheme, host = address.partition(":")[0].lower(), _domain(address)
    if scheme == "mailto":
        return f"{host} is an example domain" if is_reserved(host) else ""
    if scheme not in {"https", "http"}:
        return ""
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
