"""Shapes of what commands on one contact, and on lists that are read, print."""

from typing import Any

from pydantic import Field

from mailer.cli.json_shapes.base import ActListed, Instant, Shape


class MembershipShown(Shape):
    """A further place of a contact, at another organisation."""

    organisation: str
    organisation_name: str
    kind: str
    function: str | None
    roles: list[str]


class LanguageDecided(Shape):
    """The step of the language chain that decides, and the languages it names."""

    step: str
    wanted: list[str]


class ConsentChanged(Shape):
    """One change of consent, with its evidence."""

    topic: str
    standing: str
    at: Instant
    how: str
    source: str | None
    basis: str | None


class LetterReceived(Shape):
    """A letter to a contact: which, what became of it, and why."""

    campaign: int
    name: str
    state: str
    at: Instant | None
    language: str | None
    step: str | None
    organisation: str | None
    reason: str | None
    reply: str | None


class ContactShown(Shape):
    """A contact: facts, language, consent, letters and history."""

    address: str
    name: str | None
    organisation: str
    organisation_name: str
    kind: str
    function: str | None
    roles: list[str]
    memberships: list[MembershipShown]
    languages: list[str]
    language: LanguageDecided
    timezone: str | None
    telephones: list[str]
    postal_address: str | None
    website: str | None
    notes: str | None
    tags: list[str]
    second_addresses: list[str]
    suppressed: str | None
    stopped: Instant | None
    subscriptions: dict[str, str]
    consent: list[ConsentChanged]
    letters: list[LetterReceived]
    history: list[ActListed]
    version: Instant


class ImportNamed(Shape):
    """The import that added a contact."""

    id: int
    file: str
    at: Instant
    by: str


class SuppressionChanged(Shape):
    """One change of the suppression of an address."""

    at: Instant
    act: str
    reason: str | None
    detail: str


class MessageChanged(Shape):
    """One change of a message's state."""

    campaign: int
    at: Instant
    state: str
    detail: str | None


class PersonShown(ContactShown):
    """All that a site holds on one person; `before_imports` has replaced values."""

    fingerprint: str
    imported: ImportNamed | None = Field(alias="import")
    before_imports: list[dict[str, Any]]
    suppression_history: list[SuppressionChanged]
    message_history: list[MessageChanged]
    approved_for: list[int]


class CellRead(Shape):
    """A cell that is not valid, or that is taken otherwise than it stands, and why."""

    row: int
    column: str
    value: str
    reason: str


class SheetRead(Shape):
    """Where the rows of one sheet begin, when several are read together."""

    number: int
    sheet: str
    row: int


class ColumnRead(Shape):
    """A column of a list, and what it becomes; null: it is left out."""

    heading: str
    column: str | None
    why: str
    cells: list[str]
    sure: bool


class FaultsGrouped(Shape):
    """Faults of one column with one reason: how many, the first rows and values."""

    column: str
    reason: str
    count: int
    rows: list[int]
    values: list[str]


class ValueReplaced(Shape):
    """A value that would be replaced; `whose` is an address or an organisation."""

    row: int
    whose: str
    column: str
    before: str
    after: str


class OrganisationFound(Shape):
    """An organisation that would be added."""

    row: int
    code: str
    name: str | None


class CellLeft(Shape):
    """A cell that is left empty, in how many rows, and why."""

    value: str
    rows: int
    reason: str


class ColumnLeft(Shape):
    """Cells of a column that are left empty; the most frequent first."""

    column: str
    rows: int
    examples: list[CellLeft]


class ListRead(Shape):
    """What an import changed, or would change; `import_id` if it was applied."""

    rows: int
    valid: int
    added: int
    changed: int
    unchanged: int
    memberships: int
    organisations: int
    organisations_added: int
    form: str
    notes: list[str]
    parts: list[SheetRead]
    faults: list[CellRead]
    remarks: list[CellRead]
    stopped: int
    newly_stopped: int
    columns: list[ColumnRead]
    questions: list[str]
    groups: list[FaultsGrouped]
    changes: list[ValueReplaced]
    made: list[OrganisationFound]
    left_empty: list[ColumnLeft]
    encoding: str | None
    cells: list[str]
    import_id: int | None


class SourceRead(Shape):
    """A list that was read again; `gone` has the first of those who left it."""

    name: str
    state: str
    departed: int
    gone: list[str]
    report: ListRead | None
