"""Names in the DNS: SPF, DKIM and DMARC as receivers look them up.

Where no resolver answers nothing is claimed. Reserved names are not asked for.
"""

from collections.abc import Sequence
from pathlib import Path

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer

from mailer.composing import dkim_keys
from mailer.doctor.finding import Finding, error, note, ok, warning
from mailer.errors import ConfigError
from mailer.settings.sections import Settings

RESERVED = (".example", ".test", ".invalid", ".localhost", ".local")  # RFC 2606, 6762
WITHIN = 3.0  # seconds for each question


async def examine(
    settings: Settings, root: Path, *, server: tuple[str, int] | None = None
) -> list[Finding]:
    """Ask for every name receivers will ask for; `server` stands for the system's."""
    sender = settings.sender.address.rpartition("@")[2]
    names = [sender, settings.mail.domain, settings.mail.return_domain]
    if any(f".{name}".endswith(RESERVED) for name in names):
        return [
            note(
                "names",
                f"{sender} is a reserved name; nothing was looked up",
                "set mail.domain, mail.return_domain and sender.address",
            )
        ]
    try:
        resolver = _resolver(server)
        return [
            await _spf(resolver, settings.mail.return_domain),
            *(await _dkim(resolver, settings, root)),
            await _dmarc(resolver, sender),
            await _returns(resolver, settings.mail.return_domain),
        ]
    except (DNSException, OSError):
        return [note("names", "no resolver answers; SPF, DKIM and DMARC not looked at")]


def _resolver(server: tuple[str, int] | None) -> Resolver:
    resolver = Resolver(configure=server is None)
    if server is not None:
        resolver.nameservers = [server[0]]
        resolver.port = server[1]
    resolver.lifetime = WITHIN
    return resolver


async def _texts(resolver: Resolver, name: str) -> Sequence[str]:
    try:
        answer = await resolver.resolve(name, "TXT", search=False)
    except (NXDOMAIN, NoAnswer):
        return ()
    return [b"".join(each.strings).decode("utf-8", "replace") for each in answer]


async def _spf(resolver: Resolver, domain: str) -> Finding:
    records = [
        each for each in await _texts(resolver, domain) if each.startswith("v=spf1")
    ]
    if len(records) == 1:
        return ok("SPF", f"{domain} says {records[0]}")
    if records:
        said = f"{domain} has {len(records)} SPF records; receivers count that as none"
        return error("SPF", said, "leave one")
    said = f"{domain} has no SPF record"
    return error("SPF", said, "publish v=spf1 with the relay's addresses, and -all")


async def _dkim(resolver: Resolver, settings: Settings, root: Path) -> list[Finding]:
    found = []
    try:
        read = dkim_keys.read(settings, root)
    except ConfigError:
        return []  # said of the keys themselves
    for selector, key in read:
        record = dkim_keys.record(selector, dkim_keys.signing_domain(settings), key)
        published = "".join(await _texts(resolver, record.name)).replace(" ", "")
        wanted = record.text.partition("p=")[2]
        if f"p={wanted}" in published:
            found.append(ok("DKIM", f"{record.name} holds our key"))
        elif published:
            said = f"{record.name} holds another key than ours"
            found.append(error("DKIM", said, f"publish {record.zone_line()}"))
        else:
            said = f"{record.name} does not exist"
            found.append(error("DKIM", said, f"publish {record.zone_line()}"))
    return found


async def _dmarc(resolver: Resolver, domain: str) -> Finding:
    """Look for the policy of a domain or of those above it (RFC 9989)."""
    labels = domain.split(".")
    for first in range(len(labels) - 1):
        name = "_dmarc." + ".".join(labels[first:])
        for each in await _texts(resolver, name):
            if each.startswith("v=DMARC1"):
                return ok("DMARC", f"{name} says {each}")
    said = f"{domain} has no DMARC record; large providers refuse bulk mail without"
    return error("DMARC", said, f'publish _dmarc.{domain} "v=DMARC1; p=none"')


async def _returns(resolver: Resolver, domain: str) -> Finding:
    try:
        await resolver.resolve(domain, "MX", search=False)
    except (NXDOMAIN, NoAnswer):
        said = f"{domain} has no MX: bounces do not come back"
        return warning("returns", said, f"publish an MX for {domain}")
    return ok("returns", f"bounces come back to {domain}")
