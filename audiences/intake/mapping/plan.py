"""A mapping: which headings of a list make each column, and what else a person set."""

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import tomlkit

from audiences.errors import FileRefusedError
from audiences.intake import columns
from audiences.intake.encodings import parsed
from audiences.intake.mapping import synonyms

MAX_SIZE = 256 * 1024  # octets of a mapping
_SECTIONS = ("columns", "instead", "defaults", "values", "ignored")


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """What a person decided about a list, or a preset proposes."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)  # → headings
    instead: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # column → headings for rows in which those of `columns` are empty
    defaults: dict[str, str] = field(default_factory=dict)  # column → for empty cells
    values: dict[str, dict[str, str]] = field(default_factory=dict)  # cell → taken as
    ignored: tuple[str, ...] = ()  # headings that are left out
    whole: bool = False  # headings that it does not name are left out, too


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the command line says of columns; the texts are those of its options."""

    columns: tuple[str, ...] = ()  # column=heading
    values: tuple[str, ...] = ()  # column=value
    ignored: tuple[str, ...] = ()  # headings


def known_columns() -> tuple[str, ...]:
    """Return the names that a mapping may use: columns with and without a place."""
    targets = {each.target for each in synonyms.meanings().values()}
    others = targets - set(synonyms.parts()) - {"organisation_code"}
    return (*columns.NAMES, *sorted(others - set(columns.NAMES)))


def read(path: Path) -> Mapping:
    """Return the mapping of a TOML file; raise FileRefusedError with the fault."""
    if path.exists() and not path.is_file():
        raise FileRefusedError(f"{path} is not a regular file")
    try:
        with path.open("rb") as file:
            text = file.read(MAX_SIZE + 1)
        if len(text) > MAX_SIZE:
            raise FileRefusedError(f"{path}: more than {MAX_SIZE:,} octets")
        data = parsed.toml(text.decode("utf-8"))
    except OSError as fault:
        raise FileRefusedError(f"{path}: {fault.strerror or fault}") from None
    except ValueError as fault:
        raise FileRefusedError(f"{path}: not a mapping in TOML: {fault}") from None
    for section in data:
        if section not in _SECTIONS:
            raise FileRefusedError(
                f"{path}: found {section!r}; a mapping has {', '.join(_SECTIONS)}"
            )
    return Mapping(
        columns=_named(data, "columns", path),
        instead=_named(data, "instead", path),
        defaults={
            _column(name, path): _text(value, f"{path}: defaults.{name}")
            for name, value in _table(data, "defaults", path).items()
        },
        values={
            _column(name, path): {
                cell: _text(value, f"{path}: values.{name}")
                for cell, value in _table(values, None, path).items()
            }
            for name, values in _table(data, "values", path).items()
        },
        ignored=_headings(data.get("ignored", []), f"{path}: ignored"),
        whole=True,
    )


def _named(
    data: dict[str, Any], section: str, path: Path
) -> dict[str, tuple[str, ...]]:
    """Return the headings of each column in a section."""
    return {
        _column(name, path): _headings(value, f"{path}: {section}.{name}")
        for name, value in _table(data, section, path).items()
    }


def combined(base: Mapping | None, chosen: Chosen) -> Mapping:
    """Return a mapping with what the command line chose; that counts more."""
    base = base or Mapping()
    named: dict[str, tuple[str, ...]] = {}
    for each in chosen.columns:
        name, heading = _pair(each, "--column")
        named[name] = (*named.get(name, ()), heading)
    return Mapping(
        columns={**base.columns, **named},
        instead={
            name: each for name, each in base.instead.items() if name not in named
        },
        defaults={
            **base.defaults,
            **dict(_pair(each, "--set") for each in chosen.values),
        },
        values=base.values,
        ignored=(*base.ignored, *chosen.ignored),
        whole=base.whole,
    )


def stored(mapping: Mapping) -> dict[str, Any] | None:
    """Return a mapping as the store keeps it; None if a person decided nothing."""
    return None if mapping == Mapping() else asdict(mapping)


def restored(kept: dict[str, Any] | None) -> Mapping:
    """Return the mapping that `stored` gave."""
    if kept is None:
        return Mapping()
    headings = {
        section: {name: tuple(each) for name, each in kept.get(section, {}).items()}
        for section in ("columns", "instead")
    }
    return Mapping(**{**kept, **headings, "ignored": tuple(kept["ignored"])})


def text(mapping: Mapping, *, name: str) -> str:
    """Return a mapping as a TOML file; `name` is the list it was made for."""
    document = tomlkit.document()
    document.add(tomlkit.comment(f"What the columns of {name} become."))
    document.add("ignored", tomlkit.item(list(mapping.ignored)))
    for section in ("columns", "instead"):
        table = tomlkit.table()
        for column, headings in getattr(mapping, section).items():
            table.add(column, headings[0] if len(headings) == 1 else list(headings))
        if table or section == "columns":
            document.add(section, table)
    for section in ("defaults", "values"):
        if values := getattr(mapping, section):
            document.add(section, tomlkit.item(values))
    return tomlkit.dumps(document)


def heading_named(heading: str, header: Collection[str], place: str) -> str:
    """Return a heading of the list as it stands there; raise FileRefusedError."""
    if heading in header:
        return heading
    folded = {synonyms.fold(each): each for each in header}
    found = folded.get(synonyms.fold(heading))
    if found is not None and synonyms.fold(heading):
        return found
    near = difflib.get_close_matches(heading, header, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {_listed(header)}"
    raise FileRefusedError(f"{place}: the list has no column {heading!r}; {hint}")


def _listed(header: Iterable[str]) -> str:
    return ", ".join(repr(each[:40]) for each in list(header)[:12])


def _column(name: str, place: object) -> str:
    known = known_columns()
    if name in known:
        return name
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    raise FileRefusedError(f"{place}: no column is called {name!r}; {hint}")


def _pair(text: str, option: str) -> tuple[str, str]:
    match = re.fullmatch(r"\s*(\w+)\s*=(.*)", text, re.DOTALL)
    if match is None or not match[2].strip():
        expected = "COLUMN=HEADING" if option == "--column" else "COLUMN=VALUE"
        raise FileRefusedError(f"{option} {text}: expected {expected}")
    return _column(match[1], option), match[2].strip()


def _table(data: dict[str, Any], key: str | None, path: Path) -> dict[str, Any]:
    value = data.get(key, {}) if key else data
    if not isinstance(value, dict):
        raise FileRefusedError(f"{path}: {key or 'values'} must be a table of TOML")
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise FileRefusedError(f"{place}: expected a text in quotation marks")
    return value


def _headings(value: object, place: str) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not (isinstance(listed, list) and all(isinstance(each, str) for each in listed)):
        raise FileRefusedError(f"{place}: expected a heading, or a list of headings")
    return tuple(listed)
