"""Shapes of what commands on contacts, organisations and suppressions print."""

from typing import Any

from mailer.cli.json_shapes.base import ActListed, Changes, Instant, Shape


class ContactListed(Shape):
    """A contact; `left_out` is why it gets no letter."""

    address: str
    name: str | None
    organisation: str
    organisation_name: str
    kind: str
    roles: list[str]
    languages: list[str]
    left_out: str | None


class ContactNamed(Shape):
    """The contact that was added, or erased."""

    address: str


class ContactChanged(ContactNamed):
    """A contact that was changed: each value before and after."""

    changed: Changes


class ContactMoved(ContactNamed):
    """A contact with its new address; `waiting` messages go there."""

    former: str
    waiting: int
    suppressed: str | None


class ContactMerged(ContactNamed):
    """The contact that stays, with the messages of the one merged into it."""

    merged: str
    messages: int
    suppressed: str | None


class ContactRemoved(ContactNamed):
    """A contact that was removed; false if its messages stay, without an address."""

    deleted: bool


class ImportListed(Shape):
    """A list that was imported."""

    id: int
    file: str
    at: Instant
    by: str
    rows: int
    added: int
    changed: int
    unchanged: int
    undone_at: Instant | None


class ImportUndone(Shape):
    """What undoing an import does, or with `applied` did, in numbers of rows."""

    import_id: int
    applied: bool
    file: str
    removed: int
    memberships: int
    restored: int
    kept: int
    lifted: int


class OrganisationListed(Shape):
    """An organisation."""

    organisation: str
    organisation_name: str
    organisation_name_en: str | None
    organisation_name_fr: str | None
    organisation_name_es: str | None
    organisation_name_ar: str | None
    organisation_name_ru: str | None
    organisation_name_zh: str | None
    acronym: str | None
    kind: str
    status: str | None
    level: str | None
    country: str | None
    organisation_languages: list[str]
    fields: list[str]
    acts_in: list[str]
    serves: list[str]
    organisation_telephones: str | None
    organisation_postal_address: str | None
    organisation_website: str | None


class OrganisationShown(OrganisationListed):
    """An organisation with its contacts and its history."""

    version: Instant
    confirmed: str | None
    retired: Instant | None
    contacts: list[str]
    history: list[ActListed]


class OrganisationNamed(Shape):
    """The organisation that was added or retired."""

    organisation: str


class OrganisationChanged(OrganisationNamed):
    """An organisation that was changed: each value before and after."""

    changed: Changes


class OrganisationMerged(OrganisationNamed):
    """The organisation that stays, with the contacts of the one merged into it."""

    merged: str
    contacts: int


class SuppressionListed(Shape):
    """A suppressed address, or its fingerprint."""

    address: str
    reason: str
    since: Instant
    detail: str


class SuppressionAdded(Shape):
    """A suppressed address; false if it was suppressed before."""

    address: str
    added: bool


class SuppressionsLifted(Shape):
    """How many addresses may be written to again, and the one that was named."""

    address: str | None
    lifted: int


class ProposalListed(Shape):
    """A correction that an organisation asks for in its entry."""

    id: int
    organisation: str
    language: str
    held: dict[str, Any]
    proposed: dict[str, Any]
    source: str
    at: Instant
    verdict: str | None
    settled_by: str | None


class ProposalSettled(Shape):
    """The decision on a proposal."""

    id: int
    decision: str
