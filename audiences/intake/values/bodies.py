"""Finds the organisation that a list means by its name, or gives a new one its code."""

import re
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.intake.values.cell import CellError
from audiences.naming import folding
from audiences.organisations import Kind, Organisation, folded

OF_STATES = (Kind.DELEGATION, Kind.NATCOM)  # each state has one at most
MAX_CODE = 60  # characters, so that a number fits behind it
_INSIDE = re.compile(r"[(（\[]([^()（）\[\]]{2,250})[)）\]]")
_DASH = re.compile(r"\s[-–—/]\s|[:,：，]")
_NO_CODE = re.compile(r"[^\w]+")


class KnownBodies:
    """The organisations of the directory, and new ones of the list, by their names."""

    def __init__(
        self,
        known: Iterable[tuple[str, Iterable[str]]] = (),
        of_states: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        """`known` has the code and the names of each organisation.

        `of_states` has kind, country and code of delegations and National Commissions.
        """
        self._of_states: dict[tuple[str, str], set[str]] = {}
        for kind, country, code in of_states:
            self._of_states.setdefault((kind, country), set()).add(code)
        self._codes: dict[str, set[str]] = {}  # folded name → codes
        self._taken: set[str] = set()  # folded codes
        self._made: dict[str, tuple[str, str]] = {}  # folded name → code, first name
        for code, names in known:
            self._taken.add(folded(code))
            for name in filter(None, names):
                self._codes.setdefault(_key(name), set()).add(code)

    def code(self, name: str, acronym: str | None) -> tuple[str, str | None]:
        """Return the code of an organisation, and its name if it is new.

        A new one has the name of its first row, as others may spell it differently.
        Raises CellError when several organisations have the name.
        """
        codes = self._codes.get(_key(name), set()) or self._with_acronym(name)
        if len(codes) > 1:
            raise CellError(
                f"{name[:60]!r} is the name of {' and '.join(sorted(codes))}; add a"
                " column organisation with the code"
            )
        if codes:
            return next(iter(codes)), None
        made = self._made.get(_key(name))
        if made is None:
            made = self._made[_key(name)] = self._free(acronym or name), name
        return made

    def _with_acronym(self, name: str) -> set[str]:
        """Return the codes of a name beside its acronym: Council of Museums (ICOM).

        Both must be those of one organisation.
        """
        inside = _INSIDE.search(name)
        parts = (
            [name[: inside.start()] + name[inside.end() :], inside[1]]
            if inside
            else _DASH.split(name, maxsplit=1)
        )
        codes = [self._codes.get(_key(each), set()) for each in parts]
        return codes[0] & codes[1] if len(codes) > 1 else set()

    def of_state(self, kind: str | None, country: str | None) -> str | None:
        """Return the code of the delegation or National Commission of a country.

        None for other kinds and without a country. Raises CellError when the directory
        has none of that country, or several.
        """
        if kind not in OF_STATES or country is None:
            return None
        codes = sorted(self._of_states.get((kind, country), ()))
        if len(codes) != 1:
            found = " and ".join(codes) or "none"
            raise CellError(
                f"expected one {kind} of {country} in the directory, found {found};"
                " add a column with its name or code"
            )
        return codes[0]

    def alike(self, acronym: str | None) -> str | None:
        """Return the codes of organisations of the directory with an acronym."""
        codes = self._codes.get(_key(acronym), set()) if acronym else set()
        return ", ".join(sorted(codes)) or None

    def _free(self, text: str) -> str:
        """Return a code made of a text that no organisation has."""
        base = _NO_CODE.sub("-", _plain(text)).strip("-_")[:MAX_CODE] or "organisation"
        code, number = base, 1
        while folded(code) in self._taken:
            number += 1
            code = f"{base}-{number}"
        self._taken.add(folded(code))
        return code


def _key(name: str) -> str:
    """Return a name as it is compared: the order of its words matters."""
    return " ".join(folding.words(name))


def _plain(text: str) -> str:
    """Return a text in small letters, without accents; other scripts stay."""
    return "-".join(folding.words(text)) or text.casefold()


async def load(session: AsyncSession, positions: Mapping[str, int]) -> KnownBodies:
    """Read the names of all organisations, if a list has names and no codes."""
    if "organisation" in positions:
        return KnownBodies()
    rows = await session.execute(
        select(
            Organisation.code,
            Organisation.name,
            Organisation.acronym,
            Organisation.names,
        )
    )
    of_states = await session.execute(
        select(Organisation.kind, Organisation.country, Organisation.code).where(
            Organisation.kind.in_(OF_STATES), Organisation.country.is_not(None)
        )
    )
    return KnownBodies(
        (
            (code, (name, acronym or "", *names.values()))
            for code, name, acronym, names in rows
        ),
        ((kind, country or "", code) for kind, country, code in of_states),
    )
