"""Reads `_layout/look.toml`: the logo, colours, fonts and footer lines of a site.

A colour that readers could not tell from what is behind it is refused: WCAG 2.2 wants a
contrast of 4.5:1 for text and of 3:1 for large titles. A site without the file has the
look that the product comes with.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from audiences.intake.encodings import parsed
from mailer.errors import ContentError
from mailer.rendering.template_files import TemplateFiles

PLACE = "_layout/look.toml"
LOGO = "site-logo"  # its name in letters, without the ending
TEXT, LARGE = 4.5, 3.0  # contrast
_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
}
_LINEAR = 0.04045  # below, sRGB is linear
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_FAMILY = re.compile(r"'[A-Za-z0-9 -]+'|[A-Za-z][A-Za-z0-9 -]*")
_GENERIC = {"sans-serif", "serif", "monospace"}  # the last family of each list
COLOURS = {
    "band": "#0b3d6e",
    "on_band": "#ffffff",
    "title": "#0b3d6e",
    "heading": "#10233a",
    "text": "#1f2a37",
    "soft": "#3f4b5a",
    "accent": "#0b5394",
    "on_accent": "#ffffff",
    "paper": "#ffffff",
    "panel": "#f2f6fb",
    "ground": "#eef2f6",
    "line": "#c6d0dc",
}
DARK = {
    "band": "#0b3d6e",
    "on_band": "#ffffff",
    "title": "#ffffff",
    "heading": "#ffffff",
    "text": "#e3e8ee",
    "soft": "#e3e8ee",
    "accent": "#93c5f7",
    "on_accent": "#0c2036",
    "paper": "#1b222b",
    "panel": "#26303b",
    "ground": "#12171d",
    "line": "#4b5968",
}
FONTS = {
    "latin": "'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
    "arabic": "'Segoe UI', Tahoma, Arial, sans-serif",
    "chinese": "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', Arial,"
    " sans-serif",
}
_SCRIPTS = {"ar": "arabic", "fa": "arabic", "ur": "arabic", "zh": "chinese"}
# What is written, on what, and the contrast it needs.
_PAIRS = (
    *(("text", behind, TEXT) for behind in ("paper", "panel")),
    *(("soft", behind, TEXT) for behind in ("paper", "panel", "ground")),
    *(("accent", behind, TEXT) for behind in ("paper", "panel", "ground")),
    *(("heading", behind, TEXT) for behind in ("paper", "panel")),
    ("on_band", "band", TEXT),
    ("on_accent", "accent", TEXT),
    ("title", "paper", LARGE),
)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What letters and pages of a site look like."""

    logo: str = ""  # a file of _layout
    colours: Mapping[str, str] = field(default_factory=lambda: COLOURS)
    dark: Mapping[str, str] = field(default_factory=lambda: DARK)
    fonts: Mapping[str, str] = field(default_factory=lambda: FONTS)
    footer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def logo_name(self) -> str:
        """Return the name of the logo in letters; "" without a logo."""
        return f"{LOGO}{Path(self.logo).suffix.lower()}" if self.logo else ""

    @property
    def logo_type(self) -> str:
        """Return the media type of the logo."""
        return _TYPES[Path(self.logo).suffix.lower()]

    def font(self, language: str) -> str:
        """Return the font families for a language."""
        return self.fonts[_SCRIPTS.get(language.partition("-")[0], "latin")]

    def footer_in(self, language: str) -> tuple[str, ...]:
        """Return the footer lines in a language.

        Raises ContentError if there are lines in other languages only.
        """
        if not self.footer:
            return ()
        try:
            return self.footer[language]
        except KeyError:
            what = f"the footer has no lines in {language}"
            sentence = f'{what}; add {language} = ["…"] below [footer]'
            raise ContentError(PLACE, sentence) from None


def load(templates: TemplateFiles) -> Look:
    """Return the look of a site; raise ContentError at the first fault."""
    if PLACE not in templates.files and templates.refusal(PLACE) is None:
        return Look()
    pictures = frozenset(
        path for path in templates.files if Path(path).suffix.lower() in _TYPES
    )
    return _read(templates.text(PLACE), pictures)


@lru_cache(maxsize=8)
def _read(text: str, pictures: frozenset[str]) -> Look:
    try:
        table = parsed.toml(text)
    except ValueError as fault:
        raise ContentError(PLACE, f"not valid TOML: {fault}") from None
    for where, what in _faults(table, pictures):
        raise ContentError(_place(text, where), what)
    return Look(
        logo=table.get("logo", ""),
        colours=COLOURS | table.get("colours", {}),
        dark=DARK | table.get("dark", {}),
        fonts=FONTS | table.get("fonts", {}),
        footer={
            language: tuple(lines)
            for language, lines in table.get("footer", {}).items()
        },
    )


def _place(text: str, path: str) -> str:
    """Return the file and line of a key such as "dark.accent"."""
    section, _, key = path.rpartition(".")
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if opened := re.match(r"\s*\[([^\]]+)\]", line):
            inside = opened[1].strip()
        if path == inside or (
            inside == section and re.match(rf"\s*[\"']?{re.escape(key)}\b", line)
        ):
            return f"{PLACE}, line {number}"
    return PLACE


Faults = Iterator[tuple[str, str]]  # the key, and what is wrong


def _faults(table: Mapping[str, Any], pictures: frozenset[str]) -> Faults:
    known = ("logo", "footer", "fonts", "colours", "dark")
    for key in ("footer", "fonts", "colours", "dark"):
        if not isinstance(table.get(key, {}), dict):
            yield key, f"{key} is not a section; write [{key}]"
    for key in table:
        if key not in known:
            yield key, f"no such setting: {key}; there are {', '.join(known)}"
    yield from _logo_faults(table.get("logo", ""), pictures)
    for name, defaults in (("fonts", FONTS), ("colours", COLOURS), ("dark", DARK)):
        yield from _values_faults(table.get(name, {}), name, defaults)
    for language, lines in table.get("footer", {}).items():
        if not (
            isinstance(lines, list) and all(isinstance(each, str) for each in lines)
        ):
            yield f"footer.{language}", f'{language} is not a list such as ["A line"]'
    for name, defaults in (("colours", COLOURS), ("dark", DARK)):
        yield from _contrast_faults(defaults | table.get(name, {}), name)


def _logo_faults(logo: object, pictures: frozenset[str]) -> Faults:
    if not isinstance(logo, str) or Path(logo).name != logo:
        yield "logo", f"{logo!r} is not the name of a file in _layout"
    elif logo and Path(logo).suffix.lower() not in _TYPES:
        yield "logo", f"{logo} is no picture; expected {', '.join(_TYPES)}"
    elif logo and f"_layout/{logo}" not in pictures:
        yield "logo", f"there is no file _layout/{logo}"


def _values_faults(
    values: Mapping[str, object], name: str, defaults: Mapping[str, str]
) -> Faults:
    fits, example = _is_colour, "#0b5394"
    if name == "fonts":
        fits, example = _are_families, "Roboto, Arial, sans-serif"
    for key, value in values.items():
        if key not in defaults:
            yield (
                f"{name}.{key}",
                f"no {key} in {name}; there are {', '.join(defaults)}",
            )
        elif not (isinstance(value, str) and fits(value)):
            what = f"found {value!r} for {key}; expected a value such as {example}"
            yield f"{name}.{key}", what


def _is_colour(value: str) -> bool:
    return _COLOUR.fullmatch(value) is not None


def _are_families(value: str) -> bool:
    *families, last = (each.strip() for each in value.split(","))
    return last in _GENERIC and all(map(_FAMILY.fullmatch, families))


def _contrast_faults(colours: Mapping[str, str], name: str) -> Faults:
    for written, behind, needed in _PAIRS:
        found = contrast(colours[written], colours[behind])
        if found < needed:
            what = f"{written} {colours[written]} on {behind} {colours[behind]}"
            need = f"has the contrast {found:.1f}:1; expected at least {needed:g}:1"
            yield f"{name}.{written}", f"{what} {need}"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= _LINEAR else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
