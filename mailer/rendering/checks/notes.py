"""Checks that each note has a mark in a text or title, and each mark a note."""

import re
from collections.abc import Iterator

from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.source import Block, Translation

_MARK = re.compile(r"\[\^([^\]\s]{1,20})\]")
_NOTE = re.compile(r"\s*(\d+)[.)]")
_DEFINITION = re.compile(r"\s*\[\^[^\]\s]{1,20}\]:")


def check_notes(translation: Translation) -> Iterator[Problem]:
    """Yield the problems of the notes of a text in one language."""
    language = translation.language
    known: dict[str, str] = {}
    for block in translation.blocks:
        if block.type == "notes":
            for offset, line in enumerate(block.text.split("\n")):
                if note := _NOTE.match(line):
                    known[note[1]] = block.line(offset)
    used: set[str] = set()
    for where, mark, defines in _marks(translation):
        used.add(mark)
        if defines:
            what = "a note is written in a block notes: # notes, then 1. Its text"
            yield problem.error(language, where, what)
        elif mark not in known:
            there = f"notes 1 to {len(known)}" if known else "no block notes"
            what = f"the mark [^{mark}] has no note; the letter has {there}"
            yield problem.error(language, where, what)
    for number, where in known.items():
        if number not in used:
            what = f"no text has the mark [^{number}] of this note"
            yield problem.error(language, where, what)


def _marks(translation: Translation) -> Iterator[tuple[str, str, bool]]:
    """Yield each mark with its place, and whether it begins a note."""
    for block in translation.blocks:
        for where, line in _lines(block):
            for mark in _MARK.findall(line):
                yield where, mark, _DEFINITION.match(line) is not None


def _lines(block: Block) -> Iterator[tuple[str, str]]:
    yield block.where, block.title
    if block.type != "notes":
        for number, line in enumerate(block.text.split("\n")):
            yield block.line(number), line
