"""Reads and edits TOML files."""

import importlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audiences.intake.encodings import parsed
from mailer import regular_files
from mailer.errors import ConfigError, ContentError, unreadable

MAX_FILE = 1_000_000  # octets


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises ConfigError, which names the file and, where it is not TOML, the line.
    """
    try:
        octets = regular_files.read_one(path, limit=MAX_FILE)
        return parsed.toml(octets.decode("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist", code="site.missing") from None
    except (OSError, UnicodeError) as fault:
        raise ConfigError(f"{path} {unreadable(fault)}") from None
    except ContentError as fault:
        raise ConfigError(f"{path} {fault.sentence}") from None
    except ValueError as fault:
        raise ConfigError(f"{path}: not valid TOML: {fault}") from None


def edit_toml(path: Path, values: Mapping[tuple[str, str], Any]) -> None:
    """Set the values of (section, key) pairs in a TOML file; keep its comments.

    The file is replaced in one step, and keeps its mode.
    """
    tomlkit = importlib.import_module("tomlkit")  # only who writes needs it
    document: Any = tomlkit.parse(path.read_text(encoding="utf-8"))
    for (section, key), value in values.items():
        document.setdefault(section, {})[key] = value
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(tomlkit.dumps(document))
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
