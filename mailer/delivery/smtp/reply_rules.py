r"""Reads the tables in rules/: which words of a reply name which fault.

A section begins with a fault, as in `[FULL]`, or with a fault and the first digits of
the reply codes that it is for, as in `[GONE after 5]`. Each line below is a regular
expression, without regard to case; one that matches decides. Sections are tried in
order. A line `<NAME> = …` names an expression that later lines may use. Addresses in
a reply are replaced by ADDR before.
"""

import re
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from mailer.delivery.smtp.fault_classes import ReplyFault

_SECTION = re.compile(r"\[([A-Z_0-9]+)(?: after ([2-5]\d{0,2}))?\]")
_NAMED = re.compile(r"(<[A-Z_]+>) = (.+)")


class ReplyRule(NamedTuple):
    """A section of a table."""

    fault: ReplyFault
    codes: str  # first digits of the reply codes it is for; "" is for all
    words: re.Pattern[str]

    def matches(self, code: str, text: str) -> bool:
        """Return whether the rule is for this reply."""
        return code.startswith(self.codes) and self.words.search(text) is not None


@lru_cache
def read(name: str) -> tuple[ReplyRule, ...]:
    """Return the rules of a table in rules/.

    Raises ValueError, with file and line, if a line is not understood.
    """
    table = resources.files("mailer.delivery.smtp").joinpath("rules", name)
    return parse(table.read_text("utf-8"), name)


def parse(text: str, name: str) -> tuple[ReplyRule, ...]:
    """Return the rules of a table's text; `name` is for errors, as in read."""
    named: dict[str, str] = {}
    sections: list[tuple[ReplyFault, str, list[str]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        try:
            if head := _SECTION.fullmatch(line):
                sections.append((ReplyFault[head[1]], head[2] or "", []))
            elif definition := _NAMED.fullmatch(line):
                named[definition[1]] = definition[2]
            else:
                sections[-1][2].append(_expression(line, named))
        except (KeyError, IndexError, re.error) as fault:
            message = f"{name}, line {number}: {line!r} is no rule ({fault})"
            raise ValueError(message) from None
    return tuple(
        ReplyRule(fault, codes, re.compile("|".join(words), re.IGNORECASE))
        for fault, codes, words in sections
    )


def _expression(line: str, named: dict[str, str]) -> str:
    """Return an expression of a table with its names replaced; re.error if wrong."""
    for name, expression in named.items():
        line = line.replace(name, expression)
    re.compile(line)
    return line
