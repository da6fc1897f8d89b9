"""Shapes of what commands on rules, cadences and series print."""

from pydantic import Field

from mailer.cli.json_shapes.base import Counts, Instant, Shape


class ClauseExplained(Shape):
    """One clause of a rule, for one contact."""

    clause: str
    holds: bool
    because: str


class Explained(Shape):
    """Why a rule picks an address or not; `excluded` is why it is left out."""

    included: bool = Field(alias="in")
    organisation: str
    others: dict[str, bool]
    clauses: list[ClauseExplained]
    excluded: str | None


class AudienceCounted(Shape):
    """The size of an audience."""

    count: int
    excluded: Counts
    by_kind: Counts
    by_language: Counts


class MemberListed(Shape):
    """One reader of a rule."""

    address: str
    organisation: str
    kind: str
    language: str | None


class Coming(Shape):
    """The coming instants of a cadence, and how it was understood."""

    instants: list[Instant]
    understood: str


class SegmentListed(Shape):
    """A saved rule."""

    name: str
    version: int
    rule: str


class SegmentSaved(Shape):
    """A rule that was saved, with the number of its version."""

    name: str
    version: int


class SegmentRemoved(Shape):
    """A saved rule that was removed."""

    name: str


class SeriesListed(Shape):
    """A series with one of its slots, as local time; without slots, null."""

    name: str
    cadence: str
    zone: str
    slot: str | None
    campaign: int | None
    outcome: str | None


class SeriesAdded(Shape):
    """A series that was added, and how its cadence was understood."""

    name: str
    zone: str
    understood: str
