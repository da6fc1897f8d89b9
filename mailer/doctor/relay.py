"""The relays: reached, trusted, logged in to; and who signs what they take."""

from mailer.composing import dkim_keys
from mailer.delivery.smtp import connect
from mailer.delivery.smtp.connect import LoginRefusedError, Offer, RelayError
from mailer.doctor.finding import Finding, error, ok, warning
from mailer.errors import ConfigError
from mailer.settings.relays import DEFAULT, RelaySettings
from mailer.sites.site import Site

WITHIN = 15.0  # seconds; an operator waits for this


async def examine(site: Site) -> list[Finding]:
    """Connect to every relay as delivery would, and send nothing."""
    found = []
    for name, relay in site.settings.every_relay.items():
        found += await _reach(site, name, relay)
    return found


async def _reach(site: Site, name: str, relay: RelaySettings) -> list[Finding]:
    about = "relay" if name == DEFAULT else f"relay {name}"
    try:
        made = await connect.connect(
            relay,
            root=site.root,
            hello=relay.hello or site.settings.mail.domain,
            step_timeout=WITHIN,
        )
    except LoginRefusedError as fault:
        remedy = "see user and password_file of the relay in the settings"
        return [error(about, str(fault), remedy)]
    except (RelayError, ConfigError) as fault:
        remedy = "see host, port and security of the relay in the settings"
        return [error(about, str(fault), remedy)]
    made.transport.abort()
    return [ok(about, _offered(relay, made.offer)), *_missing(about, relay, made.offer)]


def _offered(relay: RelaySettings, offer: Offer) -> str:
    named = {
        "PIPELINING": offer.pipelining,
        "8BITMIME": offer.eight_bit,
        "SMTPUTF8": offer.smtputf8,
        "DSN": offer.dsn,
        f"SIZE {offer.size:,}": offer.size,
    }
    offers = ", ".join(name for name, has in named.items() if has) or "no extension"
    spoken = offer.tls or "no TLS"
    login = f", our login as {relay.user}" if relay.user else ""
    return f"{relay.host}:{relay.port} takes messages: {spoken}{login}, {offers}"


def _missing(about: str, relay: RelaySettings, offer: Offer) -> list[Finding]:
    found = []
    if not offer.pipelining:
        said = f"{relay.host} offers no PIPELINING: each message takes four round trips"
        found.append(warning(about, said, "allow it in the relay's configuration"))
    if relay.security == "plain" and offer.starttls:
        said = f"{relay.host} offers STARTTLS and we speak plain"
        found.append(warning(about, said, 'set security = "starttls"'))
    return found


def signing(site: Site) -> list[Finding]:
    """Say who signs letters, we or the relay."""
    settings = site.settings
    try:
        dkim_keys.read(settings, site.root)
    except ConfigError as fault:
        return [error("signing", str(fault), "make the key, or set dkim.relay_signs")]
    said = dkim_keys.who_signs(settings)
    if not settings.dkim.nobody_signs:
        return [ok("signing", said)]
    remedy = "`mailer keys dkim` makes a key; or say dkim.relay_signs = true"
    if settings.site.demo:
        return [warning("signing", said, remedy)]
    return [error("signing", said, remedy)]
