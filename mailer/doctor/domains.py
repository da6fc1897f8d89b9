"""Checks the DNS: SPF, DKIM and DMARC as receivers look them up, and MX for bounces.

Reserved domains are not looked up. Without a resolver there is one note.
"""

from collections.abc import Sequence
from pathlib import Path

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer

from mailer.composing import dkim_keys
from mailer.composing.dkim_keys import Record
from mailer.doctor.finding import Finding, error, note, ok, warning
from mailer.errors import ConfigError, RefusedError
from mailer.settings import real_names
from mailer.settings.sections import Settings

TIMEOUT = 3.0  # seconds for each query


async def examine(
    settings: Settings, root: Path, *, server: tuple[str, int] | None = None
) -> list[Finding]:
    """Look up the records of our domains; `server` replaces the system's resolver."""
    sender = settings.sender.address.rpartition("@")[2]
    names = [sender, settings.mail.domain, settings.mail.return_domain]
    if any(map(real_names.is_reserved, names)):
        return [
            note(
                "names",
                f"{sender} is a reserved domain; no DNS record was looked up",
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
        return [
            note(
                "names", "no DNS resolver answers; SPF, DKIM and DMARC are not checked"
            )
        ]


def _resolver(server: tuple[str, int] | None) -> Resolver:
    resolver = Resolver(configure=server is None)
    if server is not None:
        resolver.nameservers = [server[0]]
        resolver.port = server[1]
    resolver.lifetime = TIMEOUT
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
        return ok("SPF", f"{domain} has {records[0]}")
    if records:
        sentence = f"{domain} has {len(records)} SPF records; receivers ignore them all"
        return error("SPF", sentence, "publish one only")
    sentence = f"{domain} has no SPF record"
    return error("SPF", sentence, "publish v=spf1 with the relay's addresses, and -all")


async def _dkim(resolver: Resolver, settings: Settings, root: Path) -> list[Finding]:
    findings = []
    try:
        keys = dkim_keys.read(settings, root)
    except ConfigError:
        return []  # `relay.signing` reports it
    for selector, key in keys:
        record = dkim_keys.record(selector, dkim_keys.signing_domain(settings), key)
        published = await _published(resolver, record)
        if _has_key(published, record):
            findings.append(ok("DKIM", f"{record.name} has our key"))
        elif published:
            sentence = f"{record.name} has another key than ours"
            findings.append(error("DKIM", sentence, f"publish {record.zone_line()}"))
        else:
            sentence = f"{record.name} does not exist"
            findings.append(error("DKIM", sentence, f"publish {record.zone_line()}"))
    return findings


async def has_record(record: Record, *, server: tuple[str, int] | None = None) -> bool:
    """Return whether the DNS has a key's record; raise RefusedError without DNS."""
    try:
        return _has_key(await _published(_resolver(server), record), record)
    except (DNSException, OSError):
        raise RefusedError(f"no DNS server answers for {record.name}") from None


async def _published(resolver: Resolver, record: Record) -> str:
    return "".join(await _texts(resolver, record.name)).replace(" ", "")


def _has_key(published: str, record: Record) -> bool:
    return f"p={record.text.partition('p=')[2]}" in published


async def _dmarc(resolver: Resolver, domain: str) -> Finding:
    """Look for the policy of a domain, or of a domain above it (RFC 9989)."""
    labels = domain.split(".")
    for first in range(len(labels) - 1):
        name = "_dmarc." + ".".join(labels[first:])
        for each in await _texts(resolver, name):
            if each.startswith("v=DMARC1"):
                return ok("DMARC", f"{name} has {each}")
    sentence = f"{domain} has no DMARC record; large providers then refuse bulk mail"
    return error("DMARC", sentence, f'publish _dmarc.{domain} "v=DMARC1; p=none"')


async def _returns(resolver: Resolver, domain: str) -> Finding:
    try:
        answer = await resolver.resolve(domain, "MX", search=False)
        taken = any(str(each.exchange) != "." for each in answer)  # RFC 7505
    except (NXDOMAIN, NoAnswer):
        taken = False
    if not taken:
        sentence = f"{domain} has no MX record; bounces do not arrive"
        return warning("returns", sentence, f"publish an MX record for {domain}")
    return ok("returns", f"{domain} has an MX record for bounces")
