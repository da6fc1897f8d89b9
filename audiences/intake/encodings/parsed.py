"""Reads TOML and JSON that may be damaged, or made against their readers. Pure.

Both readers raise more than their own error: for nesting without end, and for numbers
that are too long. Here every fault is a ValueError.
"""

import json
import tomllib
from typing import Any


def toml(text: str) -> dict[str, Any]:
    """Return the table of a TOML text; raise ValueError, which says what is wrong."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise ValueError("its lists or tables are nested too deep") from None
    except ValueError:  # a number of thousands of digits, or a day that does not exist
        raise ValueError("a number or a date") from None


def json_value(text: str | bytes) -> Any:
    """Return the value of a JSON text; raise ValueError where it is none."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("its lists or objects are nested too deep") from None
