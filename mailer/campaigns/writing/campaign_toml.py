"""Reads the campaign.toml of a campaign folder; finds the line of a setting."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiences import characters
from mailer import regular_files
from mailer.errors import ContentError, unreadable

MAX_FILE = 200_000  # octets
MAX_LEVELS = 8  # of tables and lists within each other; a campaign needs three
_PLACE = re.compile(r"at line (\d+)")
_SHOWN = 400  # characters of a sentence, which can quote a value


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignToml:
    """A campaign.toml; it finds the line of a setting."""

    name: str
    text: str
    table: dict[str, Any]

    def fault(self, key: str, sentence: str) -> ContentError:
        """Return the error of a setting, with its line if it is found."""
        shown = characters.plain(sentence)
        if len(shown) > _SHOWN:
            shown = f"{shown[:_SHOWN]} …"
        last = re.escape(key.rpartition(".")[2])
        opens = re.compile(rf"\s*(?:\[.*\b{last}\s*\]|[\"']?{last}[\"']?\s*[=.])")
        for number, line in enumerate(self.text.splitlines(), start=1):
            if opens.match(line):
                return ContentError(f"{self.name}, line {number}", shown)
        return ContentError(self.name, shown)


def read(folder: Path) -> CampaignToml:
    """Read the file; raise ContentError if it cannot be read or is not TOML."""
    path = folder / "campaign.toml"
    name = f"{folder.name}/campaign.toml"
    try:
        text = text_of(folder, "campaign.toml", limit=MAX_FILE, full=str(path))
        table = tomllib.loads(text)
    except FileNotFoundError:
        raise ContentError(
            str(path), "does not exist; a campaign folder needs one"
        ) from None
    except NotADirectoryError:
        raise ContentError(str(folder), "is not a folder") from None
    except tomllib.TOMLDecodeError as fault:
        raise ContentError(name, _not_toml(text, str(fault))) from None
    except ValueError:  # a number of thousands of digits, or a day that does not exist
        raise ContentError(name, "not valid TOML: a number or a date") from None
    except RecursionError:
        raise _too_deep(name) from None
    _check_levels(table, name)
    return CampaignToml(name=name, text=text, table=table)


def text_of(folder: Path, name: str, *, limit: int, full: str = "") -> str:
    """Return a text file of a campaign folder, with line feeds as line ends.

    Raises ContentError if it is not a regular file of at most `limit` octets, or not
    UTF-8; FileNotFoundError and NotADirectoryError if it does not exist.
    """
    where = full or f"{folder.name}/{name}"
    try:
        octets = regular_files.read(folder, [name], limit=limit)
        text = octets.decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise
    except UnicodeError:
        raise ContentError(where, "is not UTF-8; save it as UTF-8") from None
    except OSError as fault:
        raise ContentError(where, unreadable(fault)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_toml(text: str, fault: str) -> str:
    """Return the sentence on a text that is not TOML, with what to write if known."""
    lines, place = text.split("\n"), _PLACE.search(fault)
    line = lines[int(place[1]) - 1] if place else ""
    value = line.partition("=")[2].strip()
    if value.startswith(("“", "”", "„", "«", "‘", "’")):
        return f'not valid TOML: {fault}; use straight quotation marks: "…"'
    if re.match(r"\d{1,2}[./]\d{1,2}[./]\d{4}", value):
        return f"not valid TOML: {fault}; write a day as 2027-05-04"
    if re.match(r"[^\W\d]", value):
        return f'not valid TOML: {fault}; put a text in quotation marks: "…"'
    return f"not valid TOML: {fault}"


def _check_levels(table: dict[str, Any], name: str) -> None:
    inside: list[Any] = [table]
    for _ in range(MAX_LEVELS):
        inside = [each for value in inside for each in _values(value)]
    if inside:
        raise _too_deep(name)


def _values(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too_deep(name: str) -> ContentError:
    return ContentError(
        name, f"has tables or lists within each other over {MAX_LEVELS} levels"
    )
