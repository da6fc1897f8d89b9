"""Counts of readers by what became of their letters."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mailer.outbox.message_states import MessageState


@dataclass(kw_only=True, slots=True)
class ReaderCounts:
    """Readers of a campaign, or of one group of them; answers count beside states."""

    audience: int = 0
    accepted: int = 0
    refused: int = 0
    bounced: int = 0
    complained: int = 0
    replied: int = 0  # a person wrote back
    answered: int = 0  # the invitation, with yes, no or perhaps
    out_of_office: int = 0  # an automatic answer came

    def add(self, state: str, readers: int, answers: "Answers") -> None:
        """Count readers whose last message is in one state, with their answers."""
        self.audience += readers
        match state:
            case MessageState.ACCEPTED:
                self.accepted += readers
            case MessageState.REFUSED:
                self.refused += readers
            case MessageState.BOUNCED:
                self.bounced += readers
            case MessageState.COMPLAINED:
                self.complained += readers
        self.replied += answers.replied
        self.answered += answers.answered
        self.out_of_office += answers.out_of_office

    def as_json(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Answers:
    """How many of some readers answered, and how."""

    replied: int
    answered: int
    out_of_office: int


def together(states: Mapping[str, int], answers: Answers) -> ReaderCounts:
    """Return the counts of readers by state, with all their answers."""
    counts = ReaderCounts()
    for state, readers in states.items():
        counts.add(state, readers, Answers(0, 0, 0))
    counts.add("", 0, answers)
    return counts


NAMES = tuple(ReaderCounts.__dataclass_fields__)


def largest(found: dict[str, ReaderCounts], number: int) -> dict[str, ReaderCounts]:
    """Return the groups with the most readers, at most `number`."""
    ordered = sorted(found.items(), key=lambda each: (-each[1].audience, each[0]))
    return dict(ordered[:number])


def in_words(counts: ReaderCounts) -> list[str]:
    """Return the answers that came, in words: 3 replied, 12 out of office."""
    named: Iterable[tuple[int, str]] = (
        (counts.replied, "replied"),
        (counts.answered, "answered the invitation"),
        (counts.out_of_office, "out of office"),
    )
    return [f"{number:,} {words}" for number, words in named if number]


def share(part: int, whole: int) -> str:
    """Return a part as a percentage; nothing if there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else ""


def as_rows(found: dict[str, ReaderCounts]) -> list[tuple[Any, ...]]:
    """Return a row for each group: its name, then the counts of NAMES."""
    return [
        (name or "none", *(getattr(each, key) for key in NAMES))
        for name, each in found.items()
    ]
