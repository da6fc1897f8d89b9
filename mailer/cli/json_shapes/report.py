"""The shape of the report of a campaign."""

from pydantic import Field

from mailer.cli.json_shapes.base import Counts, Instant, Shape


class Reason(Shape):
    """Why messages are in a state, since when, and when one is tried next."""

    state: str
    reason: str
    count: int
    since: Instant | None
    next_try: Instant | None
    reply: str


class WaveReported(Shape):
    """A resend; the release is wave 1."""

    number: int
    at: Instant
    by: str
    until: Instant
    joiners: bool
    successors: bool
    readers: int
    accepted: int


class Tallied(Shape):
    """Readers of a group; answers count beside the states."""

    audience: int
    accepted: int
    refused: int
    bounced: int
    complained: int
    replied: int
    answered: int
    out_of_office: int


class TalliedBefore(Tallied):
    """The readers of the letter before, of the same series or kind."""

    id: int
    name: str


class PeriodReported(Shape):
    """What happened in an hour, or in a day if the whole took longer than two."""

    begins: Instant
    accepted: int
    bounced: int
    complained: int
    replied: int
    answered: int
    out_of_office: int


class StatesReported(Shape):
    """How far a campaign is: the states and the skipped add up to `audience`."""

    state: str
    audience: int
    waiting: int
    accepted: int
    deferred: int
    refused: int
    bounced: int
    complained: int
    uncertain: int
    held: int
    set_aside: int
    expired: int
    cancelled: int
    skipped: Counts
    by_language: Counts
    by_kind: Counts
    fallbacks: Counts
    joined_since_approval: int
    left_since_approval: int
    stopped_because: str | None
    started_at: Instant | None
    settled_at: Instant | None
    reasons: list[Reason]
    waves: list[WaveReported]
    per_second: float


class Reported(StatesReported):
    """The report: how far a campaign is, and what its readers did."""

    replied: int
    answered: int
    out_of_office: int
    by: dict[str, dict[str, Tallied]]
    over_time: list[PeriodReported]
    before: TalliedBefore | None
    deliverability: list[str]


class DemoReported(Shape):
    """The report of the demo's first letter; with --all, also of each by its folder."""

    report: Reported
    reports: dict[str, Reported] = Field(default_factory=dict)
