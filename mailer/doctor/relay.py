"""Checks that the relays can be used, and that letters are signed with DKIM."""

import time

from sqlalchemy.exc import DBAPIError

from mailer import clock
from mailer.composing import dkim_keys
from mailer.delivery.routing import warming
from mailer.delivery.routing.logins import Logins
from mailer.delivery.smtp.connect import LoginRefusedError, Offer, RelayError
from mailer.doctor.finding import Finding, error, note, ok, warning
from mailer.errors import ConfigError
from mailer.settings.relays import DEFAULT, RelaySettings
from mailer.sites.site import Site

TIMEOUT = 15.0  # seconds for each step; an operator waits for the result


async def examine(site: Site, *, try_logins: bool) -> list[Finding]:
    """Connect to each relay as a worker does, and send no message.

    A login that was refused before is tried again only with `try_logins`.
    """
    findings = []
    for name, relay in site.settings.every_relay.items():
        logins = Logins(site, name, relay, now=clock.now)
        findings += await _connect(site, name, relay, logins, again=try_logins)
    return findings


async def _connect(
    site: Site, name: str, relay: RelaySettings, logins: Logins, *, again: bool
) -> list[Finding]:
    about = "relay" if name == DEFAULT else f"relay {name}"
    site.database.retry_until = time.monotonic()  # do not wait for a store that is away
    try:
        if again:
            await logins.forget()
        channel = await logins.connect(step_timeout=TIMEOUT)
    except LoginRefusedError as fault:
        remedy = "check user and password_file of the relay; then `mailer doctor"
        return [error(about, str(fault), f"{remedy} --try-logins`")]
    except DBAPIError:
        remedy = "mend the store first: it has the logins that were refused"
        return [error(about, "its login is not tried without the store", remedy)]
    except (RelayError, ConfigError) as fault:
        remedy = "check host, port and security of the relay in the settings"
        return [error(about, str(fault), remedy)]
    channel.transport.abort()
    offer = channel.offer
    return [ok(about, _offered(relay, offer)), *_warnings(about, relay, offer)]


def _offered(relay: RelaySettings, offer: Offer) -> str:
    extensions = {
        "PIPELINING": offer.pipelining,
        "8BITMIME": offer.eight_bit,
        "SMTPUTF8": offer.smtputf8,
        "DSN": offer.dsn,
        f"SIZE {offer.size:,}": offer.size,
    }
    offered = ", ".join(name for name, has in extensions.items() if has)
    tls = offer.tls or "no TLS"
    login = f", login as {relay.user}" if relay.user else ""
    return (
        f"{relay.host}:{relay.port} can be used: {tls}{login},"
        f" {offered or 'no extension'}"
    )


def _warnings(about: str, relay: RelaySettings, offer: Offer) -> list[Finding]:
    findings = []
    if warm_up := warming.in_words(relay.warm_up, now=clock.now()):
        findings.append(note(about, f"it takes {warm_up}"))
    if not offer.pipelining:
        sentence = (
            f"{relay.host} does not offer PIPELINING: each message takes four round"
            " trips"
        )
        findings.append(warning(about, sentence, "enable it in the relay"))
    if relay.security == "plain" and offer.starttls:
        sentence = f'{relay.host} offers STARTTLS, but its security is "plain"'
        findings.append(warning(about, sentence, 'set security = "starttls"'))
    return findings


def signing(site: Site) -> list[Finding]:
    """Check whether we or the relay sign letters with DKIM."""
    settings = site.settings
    try:
        dkim_keys.read(settings, site.root)
    except ConfigError as fault:
        return [
            error("signing", str(fault), "make the key, or set dkim.relay_signs = true")
        ]
    sentence = dkim_keys.who_signs(settings)
    if not settings.dkim.unsigned:
        return [ok("signing", sentence)]
    made = (site.root / settings.dkim.key_file).parent
    if found := sorted(made.glob("dkim*.pem")):
        name = found[-1].name
        remedy = (
            f"publish the record of {name}, then set selector and key_file of [dkim]"
        )
    else:
        remedy = "run `mailer keys dkim`, or set dkim.relay_signs = true"
    if settings.site.demo:
        return [warning("signing", sentence, remedy)]
    return [error("signing", sentence, remedy)]
