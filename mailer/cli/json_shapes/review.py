"""Shapes of what commands print that look into a campaign before it goes."""

from typing import Any

from mailer.cli.json_shapes.base import Counts, Instant, Shape
from mailer.cli.json_shapes.report import StatesReported
from mailer.cli.json_shapes.rules import Explained


class ProblemFound(Shape):
    """A problem of a campaign; `language` is empty where it concerns all."""

    level: str
    language: str
    where: str
    what: str


class Translated(Shape):
    """How many units of a language are translated."""

    done: int
    stale: int
    missing: int


class SpamScore(Shape):
    """SpamAssassin's points of one letter, and of each of its rules."""

    points: float
    rules: dict[str, float]


class CampaignChecked(Shape):
    """What the gate found; `fallbacks` counts readers by `wanted → got`."""

    ok: bool
    problems: list[ProblemFound]
    readers: Counts
    fallbacks: Counts
    blocks: Counts
    variants: int
    translations: dict[str, Translated]
    spam: dict[str, SpamScore] | None


class BlockCovered(Shape):
    """The contacts that one block concerns, and those the campaign reaches."""

    block: str
    type: str
    rule: str
    concerned: int
    reached: int
    missed: Counts


class RuleCounted(Shape):
    """The rule of a campaign; `count` is null where it cannot be counted."""

    rule: str
    count: int | None


class LanguageShown(Shape):
    """The readers of a language, and how much of it is translated."""

    readers: int
    translated: Translated | None


class CampaignAct(Shape):
    """One act on a campaign."""

    at: Instant
    by: str
    act: str
    detail: dict[str, Any]


class NextShown(Shape):
    """What comes next, and the command that does it."""

    what: str
    command: str | None


class CampaignShown(Shape):
    """One campaign, what was done to it, and what comes next."""

    id: int
    name: str
    version: Instant
    reference: str
    state: str
    at: Instant | None
    zone: str
    released_at: Instant | None
    author: str
    approvers: list[str]
    may_approve: list[str]
    template: str
    topic: str | None
    corrects: int | None
    audience: RuleCounted
    languages: dict[str, LanguageShown]
    report: StatesReported | None
    warnings: list[ProblemFound]
    history: list[CampaignAct]
    next: NextShown


class DifferenceShown(Shape):
    """One change of a campaign; `language` is empty for a setting.

    A block has its type and title. Of one that moved, before and after are its place.
    """

    language: str
    where: str
    what: str
    before: str
    after: str
    type: str
    title: str


class VersionsCompared(Shape):
    """The changes between two versions of a campaign."""

    version: int
    present: int
    by: str
    differences: list[DifferenceShown]


class BlockExplained(Shape):
    """Whether a reader's letter has a block."""

    block: str
    type: str
    shown: bool
    rule: str


class MessageFound(Shape):
    """A message to this reader."""

    id: int
    state: str
    reason: str | None


class ReaderExplained(Explained):
    """Why a reader gets a campaign or not, in which language, with which blocks."""

    language: str | None
    wanted: str | None
    step: str | None
    variant: str
    blocks: list[BlockExplained]
    messages: list[MessageFound]


class TestSent(Shape):
    """A marked copy that was sent to a person of the unit."""

    to: str
    language: str
    reader: str
    variant: str
    state: str
    reply: str
