"""The JSON documents of things: one shape each, for the command and the API."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from audiences.contacts import role_names
from audiences.directory import Proposal
from audiences.person import Person
from audiences.segments.explanation import Explanation
from audiences.segments.saved import SavedSegment
from audiences.subscriptions import Consent
from audiences.suppressions import Suppression
from audiences.topics import Topic
from mailer.campaigns.models import Campaign, Occurrence, Series, User
from mailer.campaigns.review.gate import CampaignCheck
from mailer.links import LinkSigner
from mailer.outbox.models import Message
from mailer.rendering.checks.problem import Problem

Document = dict[str, Any]


def campaign(found: Campaign) -> Document:
    """Return a campaign of the list of campaigns."""
    return {
        "id": found.id,
        "name": found.name,
        "reference": found.reference,
        "state": found.state,
        "at": found.at.isoformat() if found.at else None,
    }


def check(checked: CampaignCheck) -> Document:
    """Return what the gate found; two languages stand as `wanted → got`."""
    scores = checked.spam
    return {
        "ok": checked.ok,
        "problems": [problem(each) for each in checked.problems],
        "readers": checked.readers,
        "fallbacks": {
            f"{wanted} → {got}": count
            for (wanted, got), count in checked.fallbacks.items()
        },
        "blocks": {
            f"{block}, {wanted} → {got}": count
            for (block, wanted, got), count in checked.blocks.items()
        },
        "variants": checked.variants,
        "translations": {
            language: asdict(each) for language, each in checked.translations.items()
        },
        "spam": scores and {name: asdict(each) for name, each in scores.items()},
    }


def problem(found: Problem) -> Document:
    """Return one problem of a campaign."""
    return {
        "level": found.level,
        "language": found.language,
        "where": found.where,
        "what": found.what,
    }


def message(
    found: Message, address: str | None, signer: LinkSigner, *, domain: str
) -> Document:
    """Return a message of the ledger; `message_id` is that of RFC 5322."""
    signed = signer.message(found.id)
    return {
        "id": found.id,
        "address": address,
        "language": found.language,
        "state": found.state,
        "attempts": found.attempts,
        "reply": found.reply,
        "message_id": f"<{signed.message_id}@{domain}>",
        "reason": found.reason,
        "step": found.step,
    }


def person(found: Person) -> Document:
    """Return all that is known about a contact."""
    contact, organisation = found.contact, found.organisation
    return {
        "address": contact.address,
        "name": contact.name,
        "organisation": organisation.code,
        "organisation_name": organisation.name,
        "kind": organisation.kind,
        "roles": list(role_names(contact.roles)),
        "languages": (contact.languages or "").split(),
        "timezone": contact.timezone,
        "suppressed": found.suppression.reason if found.suppression else None,
        "stopped": contact.stopped_at.isoformat() if contact.stopped_at else None,
        "subscriptions": {topic: str(each) for topic, each in found.standings.items()},
        "consent": [evidence(each) for each in found.evidence],
    }


def evidence(kept: Consent) -> Document:
    """Return one change of consent."""
    return {
        "topic": kept.topic,
        "standing": kept.standing,
        "at": kept.at.isoformat(timespec="seconds"),
        "how": kept.how,
        "source": kept.source,
        "basis": kept.basis,
    }


def explanation(found: Explanation) -> Document:
    """Return why an address is in or out, clause by clause."""
    return {
        "in": found.included,
        "clauses": [asdict(clause) for clause in found.clauses],
        "excluded": found.excluded,
    }


def segment(found: SavedSegment) -> Document:
    """Return a saved rule."""
    return {"name": found.name, "version": found.version, "rule": found.rule}


def slot(series: Series, occurrence: Occurrence | None) -> Document:
    """Return a series with one of its slots."""
    return {
        "name": series.name,
        "cadence": series.cadence,
        "zone": series.zone,
        "slot": occurrence and occurrence.slot,
        "campaign": occurrence and occurrence.campaign_id,
        "outcome": occurrence and occurrence.outcome,
    }


def suppression(found: Suppression, address: str | None) -> Document:
    """Return a suppression; without a contact it is known by its fingerprint."""
    return {
        "address": address or found.address_key.hex(),
        "reason": found.reason,
        "since": found.since.isoformat(timespec="seconds"),
        "detail": found.detail or "",
    }


def topic(found: Topic, subscribers: int) -> Document:
    """Return a topic and how many receive it."""
    return {"code": found.code, "name": found.name("en"), "subscribers": subscribers}


def proposal(found: Proposal, organisation: str) -> Document:
    """Return a correction that an organisation asks for."""
    return {
        "id": found.id,
        "organisation": organisation,
        "language": found.language,
        "held": found.held,
        "proposed": found.proposed,
        "source": found.source,
        "at": found.at.isoformat(timespec="seconds"),
        "verdict": found.decision,
        "settled_by": found.settled_by,
    }


def user(found: User) -> Document:
    """Return a person of the unit."""
    return {"name": found.name, "approver": found.approver}


def columns(documents: Sequence[Document], *names: str) -> list[tuple[Any, ...]]:
    """Return some keys of documents as the rows of a table."""
    return [tuple(each[name] for name in names) for each in documents]
