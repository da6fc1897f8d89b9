"""Shapes of what commands on the record, the keys and the machine print."""

from typing import Any

from pydantic import Field

from mailer.cli.json_shapes.base import Counts, Instant, Shape


class RecordListed(Shape):
    """One row of the record of acts; `personal` goes when the person is erased."""

    number: int
    at: Instant
    by: str
    origin: str
    account: str | None
    about: str
    act: str
    detail: dict[str, Any]
    personal: Any


class RecordShown(RecordListed):
    """One row with the digest that chains it."""

    digest: str


class RecordAnchored(Shape):
    """Where the record ended, for a person to keep."""

    number: int
    digest: str
    at: Instant


class RecordFault(Shape):
    """A row that is not as it was recorded."""

    row: int
    what: str


class RowRestored(Shape):
    """A row that says that the store was restored."""

    row: int
    at: Instant


class RowsCut(Shape):
    """A row that says that rows were cut off, as the settings keep them for days."""

    row: int
    through: int
    at: Instant
    by: str
    days: float


class RecordVerified(Shape):
    """Whether the record is whole; `end` is the digest of its last row."""

    rows: int
    ok: bool
    first_fault: RecordFault | None
    count: int
    faults: list[RecordFault]
    anchors: int
    lost_anchors: int
    cut_anchors: int
    cuts: list[RowsCut]
    erased: int
    restored: list[RowRestored]
    end: str


class BackedUp(Shape):
    """The files of a backup, and the rows of each table in it."""

    archive: str
    keys: str | None
    epoch: str
    revision: str
    rows: Counts


class DnsRecord(Shape):
    """A record to publish in the DNS."""

    name: str
    kind: str = Field(alias="type")
    text: str


class SigningRotated(Shape):
    """The key of new links, the former ones in use, and those no longer used."""

    key: str
    former: list[str]
    unused: list[str]


class SiteMade(Shape):
    """The folder of a new site, and its settings."""

    directory: str
    config: str


class StoreUpgraded(Shape):
    """The schema of the store before and now."""

    before: str | None
    store_schema: str = Field(alias="schema")


class StoreCompacted(Shape):
    """The size of the store before and after, and the room no row used, in bytes."""

    before: int
    after: int
    unused: int


class MetricSample(Shape):
    """One value of a metric."""

    value: float
    labels: dict[str, str]


class MetricShown(Shape):
    """A gauge: its name without `liaison_`, its sentence and its values."""

    name: str
    sentence: str
    samples: list[MetricSample]


class TickShown(Shape):
    """What one tick did: numbers of campaigns, slots, notices, and names of lists."""

    released: list[int]
    held: list[int]
    missed: list[str]
    opened: list[int]
    notices: int
    sources: list[str]


class UserInvited(Shape):
    """A link that signs a user in once."""

    name: str
    link: str
    until: Instant


class KitWritten(Shape):
    """The files for production."""

    folder: str
    files: list[str]


class TableMoved(Shape):
    """A table that is the same in both stores."""

    rows: int
    digest: str


class StoreMoved(Shape):
    """A store that was moved; false if a variable still names the old one."""

    source: str
    target: str
    epoch: str
    tables: dict[str, TableMoved]
    begun_again: bool
    configured: bool


class SiteRestored(Shape):
    """A site that was restored, and the rows of each table."""

    folder: str
    rows: Counts


class LetterInDoubt(Shape):
    """A campaign that may have left since the backup; `open` counts its messages."""

    id: int
    name: str
    state: str
    at: Instant | None
    open: int


class SiteResumed(Shape):
    """What was due since the backup, and whether the rest is sent or held."""

    restored_at: Instant
    campaigns: list[LetterInDoubt]
    slots: list[str]
    accepted: int
    rest: str


class MessagesReconciled(Shape):
    """What the log of a relay says of uncertain and held messages."""

    unsettled: int
    taken: int
    not_taken: int
    held: int
    unknown: int
