"""An organisation's entry in the directory, as values: all that is held of it. Pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

from audiences.languages import Names


@dataclass(frozen=True, kw_only=True, slots=True)
class Correspondent:
    """A person or function that letters go to."""

    name: str | None
    address: str
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """The whole of it; what is empty is not known."""

    name: str = ""
    names: Names | None = None
    acronym: str | None = None
    status: str | None = None
    level: str | None = None
    seat: Names | None = None
    acts_in: tuple[Names, ...] = ()
    fields: tuple[Names, ...] = ()
    languages: tuple[str, ...] = ()
    correspondents: tuple[Correspondent, ...] = ()
    confirmed: date | None = None

    @property
    def digest(self) -> str:
        """Return what tells this entry from the same one changed; not its age."""
        held = {**asdict(self), "confirmed": None}
        text = json.dumps(held, sort_keys=True, ensure_ascii=False)
        return hashlib.blake2s(text.encode(), digest_size=12).hexdigest()
