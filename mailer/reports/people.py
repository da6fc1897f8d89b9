"""The JSON documents of contacts and organisations."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from audiences.contacts import Further
from audiences.export import bodies, rows
from audiences.export.listing import ListedContact
from audiences.languages import Chain, split_codes
from audiences.people.site_roles import Roles
from audiences.person import Person
from audiences.record.changes import DirectoryChange
from audiences.subscriptions import Consent
from mailer.reports import histories

Document = dict[str, Any]


class ReceivedLetter(NamedTuple):
    """A letter of a campaign to a contact, and what became of it."""

    campaign: int
    name: str
    state: str
    at: datetime | None  # when it was last tried, or settled without a try
    language: str | None
    step: str | None  # of the language chain
    organisation: str  # for which membership it is
    reason: str | None  # why it was not sent
    reply: str | None  # of the relay


def listed(row: ListedContact) -> Document:
    """Return a contact of a list."""
    contact = row.contact
    return {
        "address": contact.address,
        "name": contact.name,
        "organisation": row.organisation,
        "organisation_name": row.organisation_name,
        "kind": row.kind,
        "roles": list(row.roles),
        "languages": list(split_codes(contact.languages)),
        "left_out": contact.left_out,
    }


def body(row: Sequence[str]) -> Document:
    """Return an organisation; columns with several codes are lists."""
    return {
        column: cell.split() if column in rows.SETS else cell or None
        for column, cell in zip(bodies.COLUMNS, row, strict=True)
    }


def person(
    known: Person,
    letters: Sequence[ReceivedLetter] = (),
    changes: Sequence[DirectoryChange] = (),
) -> Document:
    """Return what is known about a contact, with its letters and its history.

    `version` changes with each change of the contact itself.
    """
    contact, organisation = known.contact, known.organisation
    suppression = known.suppression
    return {
        "address": contact.address,
        "name": contact.name,
        "organisation": organisation.code,
        "organisation_name": organisation.name,
        "kind": organisation.kind,
        "function": contact.function,
        "roles": list(known.roles.codes(contact.roles)),
        "memberships": [_membership(each, known.roles) for each in known.memberships],
        "languages": list(split_codes(contact.languages)),
        "language": _language(known),
        "timezone": contact.timezone,
        **asdict(known.details),
        "suppressed": suppression.reason if suppression else None,
        "stopped": contact.stopped_at.isoformat() if contact.stopped_at else None,
        "subscriptions": {topic: str(each) for topic, each in known.standings.items()},
        "consent": [evidence(each) for each in known.evidence],
        "letters": [letter(each) for each in letters],
        "history": [histories.change(each) for each in changes],
        "version": contact.updated_at.isoformat(),
    }


def _membership(each: Further, roles: Roles) -> Document:
    """Return a further membership: the organisation, the function and the roles."""
    return {
        "organisation": each.organisation.code,
        "organisation_name": each.organisation.name,
        "kind": each.organisation.kind,
        "function": each.function,
        "roles": list(roles.codes(each.roles)),
    }


def _language(known: Person) -> Document:
    """Return the languages that the chain names for a contact, and its step."""
    chain = Chain.from_stored(
        known.contact.languages, known.organisation.languages, known.country_languages
    )
    step, languages = chain.deciding_step()
    return {"step": str(step) if languages else "campaign", "wanted": list(languages)}


def evidence(row: Consent) -> Document:
    """Return one change of consent."""
    return {
        "topic": row.topic,
        "standing": row.standing,
        "at": row.at.isoformat(timespec="seconds"),
        "how": row.how,
        "source": row.source,
        "basis": row.basis,
    }


def letter(row: ReceivedLetter) -> Document:
    """Return a letter to a contact: which, what became of it, and why."""
    return {
        "campaign": row.campaign,
        "name": row.name,
        "state": row.state,
        "at": row.at.isoformat(timespec="seconds") if row.at else None,
        "language": row.language,
        "step": row.step,
        "organisation": row.organisation,
        "reason": row.reason,
        "reply": row.reply,
    }
