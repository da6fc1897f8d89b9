"""Shows who changed something of the directory, a user or a word, and when."""

from collections.abc import Mapping
from typing import Any

from mailer.cli import output


def show_history(changed: list[dict[str, Any]]) -> None:
    """Print who changed a contact or organisation, and what from what to what."""
    output.table(
        "History",
        ("day", "by", "act", "what", "because"),
        [
            (day(each), each["by"], each["act"], in_words(each), each["because"])
            for each in changed
        ],
    )


def day(each: Mapping[str, Any]) -> str:
    """Return the day of an entry."""
    return (each["at"] or "")[:10]


def in_words(each: Mapping[str, Any]) -> str:
    """Return a change in words: `name: Awa → Aminata`."""
    return "; ".join(
        f"{name}: {output.shown(before) or '–'} → {output.shown(after) or '–'}"
        for name, (before, after) in each["detail"].items()
    )
