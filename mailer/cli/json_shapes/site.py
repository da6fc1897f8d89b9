"""Shapes of what commands on a site, its users and its templates print."""

from typing import Any

from mailer.cli.json_shapes.base import ActListed, Changes, Counts, Instant, Shape


class HistoryListed(Shape):
    """One act of the history; `by` is empty where it is not known."""

    at: Instant
    by: str
    about: str
    act: str
    detail: dict[str, Any]


class FindingShown(Shape):
    """What one check of the doctor found, and what to do."""

    about: str
    level: str
    sentence: str
    remedy: str


class Examined(Shape):
    """What the doctor found; false if there is an error."""

    ok: bool
    findings: list[FindingShown]


class Stopped(Shape):
    """Whether the command changed anything, and why nothing is sent, if so."""

    changed: bool
    halt: str | None


class RoleLimits(Shape):
    """The limits of a role; empty and null are no limit."""

    languages: list[str]
    classes: list[str]
    scope: str | None


class UserListed(Shape):
    """A user: roles as they are typed, and the limits of each."""

    name: str
    shown: str | None
    address: str | None
    language: str | None
    zone: str | None
    roles: list[str]
    limits: dict[str, RoleLimits]
    disabled: bool
    disabled_at: Instant | None
    added_at: Instant | None
    version: Instant


class DeputyEnded(Shape):
    """Who approves no more in place of whom."""

    name: str
    deputy: str


class DeputyShown(DeputyEnded):
    """A user's deputy, or the user as one, from the first day to the last."""

    first: str
    last: str


class UserShown(UserListed):
    """A user with the deputies and the history of the roles."""

    deputies: list[DeputyShown]
    history: list[ActListed]


class UserNamed(Shape):
    """The user that was removed."""

    name: str


class UserChanged(UserNamed):
    """A user that was changed: each value before and after."""

    changed: Changes


class TemplateListed(Shape):
    """A template file: who changed it, and what each side did."""

    path: str
    standing: str
    ours: str
    theirs: str
    unread: str | None


class TemplateTexts(Shape):
    """The texts of a file; null where there is no file, or no text."""

    shipped: str | None
    ours: str | None
    theirs: str | None


class TemplateCompared(TemplateListed):
    """A template file with its texts, and with what differs as `diff -u` shows it."""

    texts: TemplateTexts
    lines: list[str]


class TemplatesListed(Shape):
    """The files that differ; `recorded` is whether the site knows what was shipped."""

    recorded: bool
    counts: Counts
    files: list[TemplateListed]


class TemplatesUpgraded(Shape):
    """What an upgrade took, left and kept aside, by path, and what waits."""

    recorded: bool
    taken: list[str]
    left: list[str]
    replaced: list[str]
    conflicts: list[TemplateCompared]
