"""An example list: the columns that a list may have, and rows to replace."""

import csv
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


def write(path: Path) -> None:
    """Write the example as CSV; raise FileRefusedError if the file cannot be made.

    It begins with a BOM, by which spreadsheets know UTF-8.
    """
    try:
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            rows = csv.DictWriter(file, columns.NAMES, delimiter=";")
            rows.writeheader()
            rows.writerows(ROWS)
    except FileExistsError:
        raise FileRefusedError(f"{path} is there already; name a new file") from None
    except OSError as fault:
        raise FileRefusedError(f"{path}: {fault.strerror or fault}") from None
