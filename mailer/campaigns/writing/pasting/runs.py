"""Words with their emphasis and links, written as Markdown. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import parse_qs, quote, urlsplit

_SPECIAL = re.compile(r"([\\`*_\[\]<])")
_AT_START = re.compile(r"^(#{1,6}|[-+>|~])(?=\s|$|[>|~])|^(\d{1,9})([.)])(?=\s|$)")
BREAK = "\\\n"  # a line break within a paragraph
SHIFTS = {"sup": "super", "sub": "sub"}  # element → as styles call it
_FIGURES = re.compile(r"\s*(?=[+\-−()]*\d)[\d+\-−()]+\s*", re.ASCII)
_SET_OFF = {
    "super": str.maketrans("0123456789+-−()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾"),
    "sub": str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎"),
}
_SCHEMES = ("https", "http", "mailto", "tel")
_WRAPPED = (  # hosts that lead to another address, and the parameter that has it
    ("www.google.com", "q"),
    ("safelinks.protection.outlook.com", "url"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Some words of one look; `link` is the address they lead to, or empty."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


def written(runs: Iterable[Run]) -> str:
    """Return words as Markdown; a line break within them stays one."""
    parts = []
    for (bold, italic, link), same in groupby(
        _tidy(runs), key=lambda run: (run.bold, run.italic, run.link)
    ):
        words = "".join(run.text for run in same)
        inner = words.strip()
        if not inner:
            parts.append(words)
            continue
        start = words[: len(words) - len(words.lstrip())]
        end = words[len(words.rstrip()) :]
        marks = "*" * (2 * bold + italic)
        shown = marks + _SPECIAL.sub(r"\\\1", inner) + marks
        if link:
            shown = f"[{shown}]({link})"
        parts.append(f"{start}{shown}{end}")
    lines = [" ".join(line.split()) for line in "".join(parts).split("\n")]
    kept = [_as_words(line) for line in lines if line]
    return BREAK.join(kept)


def set_off(words: str, shift: str) -> str:
    """Return figures above or below the line as such characters: CO₂, 10 m².

    Letters stay as they are, as in 1er and 2nd.
    """
    if shift not in _SET_OFF or _FIGURES.fullmatch(words) is None:
        return words
    return words.translate(_SET_OFF[shift])


def _tidy(runs: Iterable[Run]) -> Iterator[Run]:
    """Yield runs whose space has no emphasis of its own."""
    for run in runs:
        if run.text.isspace():
            yield Run(text=run.text)
        elif run.text:
            yield run


def _as_words(line: str) -> str:
    """Return a line that does not begin as a heading, a list or a quotation."""
    return _AT_START.sub(
        lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", line
    )


def address(given: str) -> str:
    """Return the address that a link leads to; "" for one that letters may not have.

    Links through a service that counts clicks lead to their own address.
    """
    given = "".join(given.split())
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in _SCHEMES or len(given) > 2000:  # noqa: PLR2004
        return ""
    for wrapping, name in _WRAPPED:
        inner = parse_qs(parts.query).get(name, [""])[0]
        if (host == wrapping or host.endswith(f".{wrapping}")) and inner:
            return address(inner) if inner.startswith("http") else ""
    return (
        quote(given, safe="%/:?#[]@!$&'*+,;=~-._") if given[:6] != "mailto" else given
    )
