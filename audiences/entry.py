"""An organisation's entry in the directory, as a value."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum

from audiences.languages import Names


class Decision(StrEnum):
    """The unit's answer to a proposal."""

    APPLIED = "applied"  # the entry was changed
    DECLINED = "declined"  # the entry stays as it is


@dataclass(frozen=True, kw_only=True, slots=True)
class Correspondent:
    """A contact of the organisation, as its entry shows it."""

    name: str | None
    function: str | None = None
    address: str
    telephones: tuple[str, ...] = ()
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """All that the directory has about an organisation; empty means not known."""

    name: str = ""
    names: Names | None = None
    acronym: str | None = None
    status: str | None = None
    level: str | None = None
    seat: Names | None = None
    postal_address: str | None = None  # in lines
    telephones: tuple[str, ...] = ()
    website: str | None = None
    acts_in: tuple[Names, ...] = ()
    fields: tuple[Names, ...] = ()
    languages: tuple[str, ...] = ()
    correspondents: tuple[Correspondent, ...] = ()
    confirmed: date | None = None
    # names that the site gave to roles of the correspondents, by code
    role_names: Mapping[str, Names] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Return a hash of what the entry says, without its date and names of roles."""
        content = {**asdict(self), "confirmed": None}
        content.pop("role_names")
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.blake2s(text.encode(), digest_size=12).hexdigest()
