"""The roles that contacts have at organisations: the program's, and a site's own.

A set of roles is stored as one integer with one bit each, so that a query for a role
needs no second table (docs/decisions/0006-roles-are-bits.md). What a site adds, renames
or retires has a row here (docs/decisions/0036-a-sites-own-roles-take-free-bits.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Role
from audiences.languages import Names
from audiences.store.base import Base

# The column has 31 bits; those before are kept for roles of later versions.
OWN_BITS = tuple(1 << place for place in range(11, 31))


class SiteRole(Base):
    """A role that the site added, or one of the program that it renamed or retired."""

    __tablename__ = "contact_role"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    bit: Mapped[int] = mapped_column(unique=True)  # never given to another role
    names: Mapped[dict[str, str]]  # by language; the program's where one is missing
    retired_at: Mapped[datetime | None]  # since then no contact gets it


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRole:
    """One role; `names` are those that the site gave, by language."""

    code: str
    bit: int
    names: Names
    retired_at: datetime | None = None


class Roles:
    """The roles of a site: the program's first, then its own as they were added."""

    def __init__(self, rows: Iterable[SiteRole] = ()) -> None:
        """Merge the rows of a site with the roles of the program."""
        known = {
            role.value: KnownRole(code=code_of(role), bit=role.value, names={})
            for role in Role
        }
        for row in rows:
            known[row.bit] = KnownRole(
                code=row.code,
                bit=row.bit,
                names=row.names,
                retired_at=row.retired_at,
            )
        self._known = tuple(known[bit] for bit in sorted(known))
        self._bits = {each.code: each.bit for each in self._known}

    def __iter__(self) -> Iterator[KnownRole]:
        """Yield every role, retired ones too."""
        return iter(self._known)

    def codes(self, held: int) -> tuple[str, ...]:
        """Return the codes of a stored set of roles, in the order of the roles."""
        return tuple(each.code for each in self._known if each.bit & held)

    def text(self, held: int) -> str:
        """Return the codes of a stored set of roles with spaces between them."""
        return " ".join(self.codes(held))

    def stored(self, codes: Iterable[str]) -> int:
        """Return the stored form of codes; raise KeyError for an unknown one."""
        return sum({self._bits[code] for code in codes})

    def retired(self, held: int = -1) -> Sequence[KnownRole]:
        """Return the retired roles of a stored set, or all that are retired."""
        return [
            each
            for each in self._known
            if each.bit & held and each.retired_at is not None
        ]

    def offered(self, held: int = 0) -> tuple[str, ...]:
        """Return the codes of the roles in use, and of the retired ones of a set."""
        return tuple(
            each.code
            for each in self._known
            if each.retired_at is None or each.bit & held
        )


def code_of(role: Role) -> str:
    """Return the code of a role of the program."""
    return (role.name or "").lower()


async def load(session: AsyncSession) -> Roles:
    """Read the roles of the site."""
    return Roles((await session.scalars(select(SiteRole))).all())


async def find(session: AsyncSession, code: str) -> KnownRole | None:
    """Return the role with a code; None if there is none."""
    known = await load(session)
    return next((each for each in known if each.code == code), None)
