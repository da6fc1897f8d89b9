"""Shapes of what commands on folders, lists and series print."""

from typing import Any

from mailer.cli.json_shapes.base import ActListed, Changes, Instant, Shape
from mailer.cli.json_shapes.rules import SeriesListed


class FolderMade(Shape):
    """A folder to write in."""

    directory: str


class FolderCopied(FolderMade):
    """A folder with the text of a campaign."""

    campaign: int


class FileMade(Shape):
    """A file that was written."""

    file: str


class SourceNamed(Shape):
    """A list that is no longer read."""

    name: str


class SourceAdded(SourceNamed):
    """A list that stays where it is."""

    place: str


class SourceListed(SourceAdded):
    """A list that stays where it is, as it is read, and how it was read last."""

    cadence: str | None
    zone: str
    rule: str
    sheet: str | None
    encoding: str | None
    preset: str | None
    mapping: dict[str, Any] | None
    repair: bool
    strict: bool
    state: str
    said: str | None
    departed: int
    counts: dict[str, Any] | None
    read_at: Instant | None
    due_at: Instant | None


class DateChanged(Shape):
    """One date of a series, in its zone, and its campaign or draft."""

    name: str
    slot: str
    campaign: int | None


class DateMoved(DateChanged):
    """A date that was moved; `reminded` had a notice with the former date."""

    reminded: list[str]


class DateKept(Shape):
    """A date that a new cadence does not have, kept for its campaign."""

    slot: str
    campaign: int | None


class SeriesEdited(Shape):
    """A series that was changed: how its cadence is understood, each value."""

    name: str
    understood: str | None
    changed: Changes
    kept: list[DateKept]
    went: list[DateKept]  # whose letters were sent before the event moved


class SeriesShown(Shape):
    """A series: who works on it, its dates, what is wrong with it, its history."""

    name: str
    cadence: str
    zone: str
    letter_type: str | None
    audience: str | None
    languages: str | None
    owner: str | None
    translators: str | None
    approvers: str | None
    draft_lead: int | None
    translation_lead: int | None
    approval_lead: int | None
    remind: str | None  # what the readers of its reminders have not done
    follows: str | None  # a series, or such as “campaign 5”
    slots: list[SeriesListed]
    faults: list[str]
    history: list[ActListed]


class DatePreviewed(Shape):
    """A date of a cadence, with what is special about it."""

    at: Instant
    remark: str


class YearPreviewed(Shape):
    """The dates of a cadence in a year."""

    understood: str
    year: int
    dates: list[DatePreviewed]
