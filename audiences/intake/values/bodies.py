"""Finds the organisation that a list means by its name, or gives a new one its code."""

import re
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.intake.values.cell import CellError
from audiences.intake.values.compact import Numbers, Texts
from audiences.naming import folding
from audiences.organisations import Kind, Organisation, folded

SHOWN = 4  # organisations of one name that a fault tells

OF_STATES = (Kind.DELEGATION, Kind.NATCOM)  # each state has one at most
MADE = (1 << 32) - 1  # in place of the text of a code that this list made
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
        self._texts = Texts()
        self._codes = Numbers()  # folded name → text of the code
        self._several: dict[str, set[str]] = {}  # folded name → codes, if not one
        self._taken = Numbers()  # folded code → text of the code, or MADE
        # folded name → text of the code, empty if made of it; then the first name
        self._made = Numbers()
        for code, names in known:
            number = self._texts.add(code)
            self._taken.set(folded(code), number)
            for name in filter(None, names):
                self._add(_key(name), code, number)

    def _add(self, key: str, code: str, number: int) -> None:
        """Note that an organisation of the directory has a name."""
        before = self._codes.get(key)
        if before is None:
            self._codes.set(key, number)
        elif (other := self._texts.at(before)) != code:
            self._several.setdefault(key, {other}).add(code)

    def _named(self, key: str) -> set[str]:
        """Return the codes of the organisations of the directory with a folded name."""
        number = self._codes.get(key)
        if number is None:
            return set()
        return self._several.get(key) or {self._texts.at(number)}

    def code(self, name: str, acronym: str | None) -> tuple[str, str | None]:
        """Return the code of an organisation, and its name if it is new.

        A new one has the name of its first row, as others may spell it differently.
        Raises CellError when several organisations have the name.
        """
        key = _key(name)
        codes = self._named(key) or self._with_acronym(name) or self._coded(name)
        if len(codes) > 1:
            first = sorted(codes)[:SHOWN]
            more = len(codes) - len(first)
            held = [*first, f"{more:,} more"] if more else first
            raise CellError(
                f"{name[:60]!r} is the name of {' and '.join(held)}; add a"
                " column organisation with the code"
            )
        if codes:
            return next(iter(codes)), None
        made = self._made.get(key)
        if made is not None:
            return self._texts.at(made) or _base(key), self._texts.after(made)
        code = self._free(_base(_plain(acronym or name)))
        self._made.set(key, self._texts.add("" if code == _base(key) else code))
        self._texts.add(name)
        return code, name

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
        codes = [self._named(_key(each)) for each in parts]
        return codes[0] & codes[1] if len(codes) > 1 else set()

    def _coded(self, name: str) -> set[str]:
        """Return the code that stands in the place of a name."""
        number = self._taken.get(folded(name))
        return set() if number in {None, MADE} else {self._texts.at(number or 0)}

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
        codes = self._named(_key(acronym)) if acronym else set()
        return ", ".join(sorted(codes)) or None

    def _free(self, base: str) -> str:
        """Return a code that no organisation has, perhaps with a number behind it."""
        code, number = base, 1
        while self._taken.get(folded(code)) is not None:
            number += 1
            code = f"{base}-{number}"
        self._taken.set(folded(code), MADE)
        return code


def _key(name: str) -> str:
    """Return a name as it is compared: the order of its words matters."""
    return " ".join(folding.words(name))


def _base(plain: str) -> str:
    """Return the code that is made of a folded name."""
    return _NO_CODE.sub("-", plain).strip("-_")[:MAX_CODE] or "organisation"


def _plain(text: str) -> str:
    """Return a text in small letters, without accents; other scripts stay."""
    return _key(text) or text.casefold()


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
