"""Keeps a copied or test site from writing to anybody outside `mail.only_to`."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, func, or_, true

from audiences.contacts import Contact
from mailer.outbox.claim import Due
from mailer.outbox.message_states import Skip


def allows(patterns: Sequence[str], address: str) -> bool:
    """Whether an address matches one of the patterns; without patterns, always."""
    if not patterns:
        return True
    return any(
        re.fullmatch(
            ".*".join(map(re.escape, each.lower().split("*"))), address.lower()
        )
        for each in patterns
    )


def condition(patterns: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that the address of a contact matches."""
    if not patterns:
        return true()
    return or_(
        *(
            func.lower(Contact.address).like(
                "%".join(map(_literally, each.lower().split("*"))), escape="\\"
            )
            for each in patterns
        )
    )


def divided(due: Due, patterns: Sequence[str]) -> Due:
    """Return a claim that skips the readers outside the patterns."""
    if not patterns:
        return due
    outside = [each for each in due.rows if not allows(patterns, each.address)]
    left = {each.id for each in outside}
    return replace(
        due,
        rows=[each for each in due.rows if each.id not in left],
        skipped=[*due.skipped, *((each, str(Skip.ONLY_TO)) for each in left)],
    )


def _literally(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
