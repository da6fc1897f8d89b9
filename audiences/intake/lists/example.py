"""An example list: the columns that a list may have, and rows to replace."""

import csv
from io import StringIO
from pathlib import Path

from audiences.errors import FileRefusedError
from audiences.intake import columns

ROWS = (
    {
        "address": "awa@reseau.example",
        "name": "Awa Ndiaye",
        "roles": "focal_point",
        "languages": "fr en",
        "organisation": "reseau-x",
        "organisation_name": "Réseau X",
        "kind": "ngo",
        "country": "SN",
    },
    {"address": "info@reseau.example", "organisation": "reseau-x"},
    {
        "organisation": "union-y",
        "organisation_name": "Union Y",
        "kind": "ngo",
        "country": "ML",
        "organisation_languages": "fr",
    },
)


def content() -> bytes:
    """Return the example as CSV, with a BOM, by which spreadsheets know it."""
    text = StringIO(newline="")
    rows = csv.DictWriter(text, columns.OURS, delimiter=";")
    rows.writeheader()
    rows.writerows(ROWS)
    return text.getvalue().encode("utf-8-sig")


def write(path: Path) -> None:
    """Write the example as CSV; raise FileRefusedError if the file cannot be made."""
    try:
        with path.open("xb") as file:
            file.write(content())
    except FileExistsError:
        raise FileRefusedError(f"{path} is there already; name a new file") from None
    except OSError as fault:
        raise FileRefusedError(f"{path}: {fault.strerror or fault}") from None
