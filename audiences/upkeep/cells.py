"""The cells of a list that hold the values of an organisation, and typed values."""

from collections.abc import Mapping
from typing import Any

from audiences.errors import AudienceError
from audiences.intake.values.cell import CellError, Parse
from audiences.languages import OFFERED

# Cell → column of the organisation.
VALUES = {
    "organisation_name": "name",
    "acronym": "acronym",
    "kind": "kind",
    "status": "status",
    "level": "level",
    "country": "country",
    "organisation_languages": "languages",
    "organisation_telephones": "telephones",
    "organisation_postal_address": "postal_address",
    "organisation_website": "website",
}
NAMES = {f"organisation_name_{language}": language for language in OFFERED}
SETS = ("fields", "acts_in", "serves")


def parsed(parse: Mapping[str, Parse], column: str, value: str) -> Any:
    """Return a typed value as an import takes it; None if it is empty.

    Raises AudienceError, with the column and the reason.
    """
    try:
        return parse[column](value.strip()) if value.strip() else None
    except CellError as fault:
        raise AudienceError(f"{column} {value[:80]!r}: {fault}") from None
