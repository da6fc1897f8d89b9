"""The SMTP commands before a message, and whether a relay can take the message."""

from mailer.delivery.smtp.connect import Offer
from mailer.delivery.smtp.outgoing import OutgoingMessage


def commands_of(message: OutgoingMessage, offer: Offer) -> bytes:
    """Return MAIL, RCPT and DATA (RFC 5321 section 3.3), with DSN (RFC 3461)."""
    sender, recipient = "", ""
    if offer.dsn:
        sender = f" RET=HDRS ENVID={message.message_id}"
        recipient = f" NOTIFY=FAILURE ORCPT=rfc822;{_xtext(message.address)}"
    if not message.address.isascii():
        sender += " SMTPUTF8"
    return (
        f"MAIL FROM:<{message.return_path}>{sender}\r\n"
        f"RCPT TO:<{message.address}>{recipient}\r\nDATA\r\n"
    ).encode()


def unfit(message: OutgoingMessage, offer: Offer) -> str | None:
    """Return why this relay cannot take a message, or None if it can."""
    if offer.size and len(message.octets) > offer.size:
        return (
            f"the message is too large: it has {len(message.octets):,} octets, the"
            f" relay takes {offer.size:,}"
        )
    if not (offer.smtputf8 or message.address.isascii()):
        return "the address needs SMTPUTF8, which the relay does not offer"
    return None


def _xtext(address: str) -> str:
    """Encode an address for ORCPT, RFC 3461 section 4."""
    if "+" not in address and "=" not in address:
        return address
    return address.replace("+", "+2B").replace("=", "+3D")
