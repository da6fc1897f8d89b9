"""Shapes of what commands on the words of a site print."""

from mailer.cli.json_shapes.base import Changes, Instant, Names, Shape


class WordFound(Shape):
    """A code that rules and lists may use; `rule` is that of a saved segment."""

    kind: str
    code: str
    names: Names
    rule: str | None


class TopicListed(Shape):
    """A topic and its subscribers."""

    code: str
    name: str
    names: Names
    rhythms: Names
    position: int
    subscribers: int
    retired: Instant | None


class ThemeListed(Shape):
    """A theme."""

    code: str
    name: str
    names: Names
    kind: str
    parent: str | None
    date: str | None
    place: str | None
    sectors: list[str]
    retired: Instant | None


class RoleListed(Shape):
    """A role of contacts; `own`: the site added it."""

    code: str
    name: str
    names: Names
    own: bool
    retired: Instant | None


class BodyListed(Shape):
    """A sector or a field office."""

    code: str
    name: str
    names: Names
    country: str | None
    retired: Instant | None


class WordNamed(Shape):
    """The word that was retired, or the sector or office that was added."""

    code: str


class WordAdded(WordNamed):
    """A topic, theme or role that was added, and the languages without a name."""

    without_name: list[str]


class WordChanged(WordNamed):
    """A word that was changed: each value before and after."""

    changed: Changes
