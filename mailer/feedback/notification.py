"""Reads a notification of Amazon SES that SNS sends by mail: JSON at its beginning.

Source: “Amazon SNS notification contents for Amazon SES”, in Amazon's developer guide.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_RECIPIENTS = 100
BOUNCE, COMPLAINT = "bounce", "complaint"
_PARTS = {  # what happened → its field, and the field of the recipients in it
    "Bounce": ("bounce", "bouncedRecipients"),
    "Complaint": ("complaint", "complainedRecipients"),
    "Delivery": ("delivery", "recipients"),
    "DeliveryDelay": ("deliveryDelay", "delayedRecipients"),
}
# what the subtype of a bounce says, where no server has said anything
_SUBTYPES = {
    "NoEmail": "no such mailbox",
    "MailboxFull": "mailbox full",
    "MessageTooLarge": "message too large",
    "ContentRejected": "message content rejected",
    "AttachmentRejected": "attachment rejected",
    "Suppressed": "on the suppression list",
    "OnAccountSuppressionList": "on the suppression list",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Notified:
    """What a notification says of one recipient."""

    address: str
    status: str = ""
    words: str = ""


def read(text: str) -> tuple[str, list[Notified]] | None:
    """Return what the notification at the beginning of a text tells, and of whom.

    What it tells is `bounce`, `complaint`, `delivery` or `deliveryDelay`. Return None
    if the text does not begin with a notification.
    """
    if not text.lstrip().startswith("{"):
        return None
    try:
        told, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return None
    names = _PARTS.get(_text(told, "notificationType") or _text(told, "eventType"))
    part = told.get(names[0]) if names else None
    if names is None or not isinstance(part, Mapping):
        return None
    listed = part.get(names[1])
    usual = _SUBTYPES.get(_text(part, "bounceSubType"), "")
    found = [
        Notified(address=each)
        if isinstance(each, str)
        else Notified(
            address=_text(each, "emailAddress"),
            status=_text(each, "status"),
            words=_text(each, "diagnosticCode") or usual,
        )
        for each in (listed if isinstance(listed, list) else [])[:MAX_RECIPIENTS]
    ]
    return names[0], [each for each in found if "@" in each.address]


def _text(value: Any, name: str) -> str:
    """Return a value of an object as text, "" if there is none."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found[:2_000] if isinstance(found, str) else ""
