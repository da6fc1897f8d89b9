"""The JSON documents of commands: one function for each kind of thing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from audiences.directory import Proposal
from audiences.languages import name_in
from audiences.organisations import Organisation, Theme
from audiences.people.site_roles import OWN_BITS, KnownRole
from audiences.segments.saved import SavedSegment
from audiences.suppressions import Suppression
from audiences.topics import Topic
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.links import LinkSigner
from mailer.outbox.models import Message
from mailer.rendering.entry import role_names
from mailer.rendering.language.catalogues import Catalogue
from mailer.store.identity import Identity
from mailer.users.models import Deputy, User

Document = dict[str, Any]


def campaign(row: Campaign, fell: datetime | None = None) -> Document:
    """Return a campaign, as listed; `fell` is a time that an edit took away."""
    return {
        "id": row.id,
        "name": row.name,
        "reference": row.reference,
        "state": row.state,
        "at": row.at.isoformat() if row.at else None,
        "released_at": row.released_at.isoformat() if row.released_at else None,
        "fell": fell.isoformat() if fell else None,
        "stopped_because": row.stopped_because,
    }


def message(
    row: Message,
    address: str | None,
    signer: LinkSigner,
    known: Identity,
    *,
    domain: str,
) -> Document:
    """Return a message; `message_id` is its Message-ID (RFC 5322, 3.6.4)."""
    stamp = known.stamp(row.id, row.address_key, marked_at=row.marked_at)
    signed = signer.message(stamp)
    return {
        "id": row.id,
        "address": address,
        "language": row.language,
        "state": row.state,
        "attempts": row.attempts,
        "reply": row.reply,
        "message_id": f"<{signed.message_id}@{domain}>",
        "reason": row.reason,
        "step": row.step,
        "wave": row.wave,
    }


def segment(row: SavedSegment) -> Document:
    """Return a saved segment."""
    return {"name": row.name, "version": row.version, "rule": row.rule}


def series(row: Series) -> Document:
    """Return what is said of a series."""
    keys = (
        *("name", "cadence", "zone", "letter_type", "audience", "languages", "owner"),
        *("translators", "approvers", "draft_lead", "translation_lead"),
        *("approval_lead", "remind"),
    )
    follows = row.follows_series if row.follows is None else f"campaign {row.follows}"
    return {key: getattr(row, key) for key in keys} | {"follows": follows}


def slot(series: Series, occurrence: Occurrence | None) -> Document:
    """Return a series with one of its slots."""
    return {
        "name": series.name,
        "cadence": series.cadence,
        "zone": series.zone,
        "slot": occurrence and (occurrence.moved_to or occurrence.slot),
        "campaign": occurrence and occurrence.campaign_id,
        "outcome": occurrence and occurrence.outcome,
    }


def suppression(row: Suppression, address: str | None) -> Document:
    """Return a suppression; without an address, its fingerprint in hexadecimal."""
    return {
        "address": address or row.address_key.hex(),
        "reason": row.reason,
        "since": row.since.isoformat(timespec="seconds"),
        "detail": row.detail or "",
    }


def topic(row: Topic, subscribers: int) -> Document:
    """Return a topic and its number of subscribers."""
    return {
        "code": row.code,
        "name": row.name("en"),
        "names": row.names,
        "rhythms": row.rhythms,
        "position": row.position,
        "subscribers": subscribers,
        "retired": _moment(row.retired_at),
    }


def theme(row: Theme) -> Document:
    """Return a theme."""
    return {
        "code": row.code,
        "name": name_in(row.labels, "en", row.code),
        "names": row.labels,
        "kind": row.kind,
        "parent": row.parent,
        "date": row.date,
        "place": row.place,
        "sectors": row.sectors.split(),
        "retired": _moment(row.retired_at),
    }


def role(known: KnownRole, catalogues: Mapping[str, Catalogue]) -> Document:
    """Return a role of contacts with its names in the languages of the site."""
    names = role_names(known, catalogues)
    return {
        "code": known.code,
        "name": names.get("en", known.code),
        "names": names,
        "own": known.bit in OWN_BITS,
        "retired": _moment(known.retired_at),
    }


def body_word(row: Organisation) -> Document:
    """Return a sector or field office, as a word that rules may use."""
    return {
        "code": row.code,
        "name": row.name,
        "names": row.names,
        "country": row.country,
        "retired": _moment(row.retired_at),
    }


def proposal(row: Proposal, organisation: str) -> Document:
    """Return a correction that an organisation asks for."""
    return {
        "id": row.id,
        "organisation": organisation,
        "language": row.language,
        "held": row.held,
        "proposed": row.proposed,
        "source": row.source,
        "at": row.at.isoformat(timespec="seconds"),
        "verdict": row.decision,
        "settled_by": row.settled_by,
    }


def user(row: User) -> Document:
    """Return a user: roles as people type them, and each with its limits."""
    return {
        "name": row.name,
        "shown": row.shown,
        "address": row.address,
        "language": row.language,
        "zone": row.zone,
        "roles": [str(each) for each in row.grants],
        "limits": {
            str(each.role): {
                "languages": list(each.only) if each.role == "translator" else [],
                "classes": list(each.only) if each.role == "approver" else [],
                "scope": each.scope,
            }
            for each in row.grants
        },
        "disabled": row.disabled_at is not None,
        "disabled_at": _moment(row.disabled_at),
        "added_at": _moment(row.added_at),
        "version": row.updated_at.isoformat(),
    }


def deputy(row: Deputy, zone: tzinfo) -> Document:
    """Return who approves in place of whom, from the first day to the last."""
    last = row.ends_at - timedelta(seconds=1)
    return {
        "name": row.user,
        "deputy": row.deputy,
        "first": f"{row.starts_at.astimezone(zone):%Y-%m-%d}",
        "last": f"{last.astimezone(zone):%Y-%m-%d}",
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def columns(documents: Sequence[Document], *names: str) -> list[tuple[Any, ...]]:
    """Return the values of some keys, one tuple per document."""
    return [tuple(each[name] for name in names) for each in documents]
