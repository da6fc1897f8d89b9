"""One small mutant of a source file: where it is, how it reads, what it makes."""

import ast
from dataclasses import dataclass

from tools.mutate import copies


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """One mutant; `start` and `end` are offsets in octets, the lines count from 1."""

    file: str  # relative to the checkout
    line: int  # where the changed text begins
    statement: int  # the line of the statement around it
    imported: bool  # that statement runs when the module is imported
    scope: str  # the qualified name of the function or class around it
    operator: str
    shown: str  # before and after, for people
    start: int
    end: int
    text: str  # what stands between start and end afterwards

    @property
    def place(self) -> str:
        """Return file and line as editors understand them."""
        return f"{self.file}:{self.line}"

    def applied(self, source: bytes) -> bytes:
        """Return the file's text with this mutant."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def key(self, source: bytes) -> str:
        """Return a name that stays while the file's text stays."""
        what = f"{self.file} {self.start} {self.end} {self.text} "
        return copies.hashed(what.encode() + source)


class Offsets:
    """Turns the positions of ast, lines and octets in a line, into offsets."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return where a node begins and ends in the source."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._lines[node.lineno - 1] + node.col_offset,
            self._lines[node.end_lineno - 1] + node.end_col_offset,
        )
