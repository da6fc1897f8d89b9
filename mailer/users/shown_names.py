"""Says the names that people read for the names of users; a page loads them once.

The record keeps the names of users. Where two users look alike, such as two called
Marie Dubois, or one who is called as another signs in, the name of the user is said,
too.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.users.models import User


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownNames:
    """What users are called: the name that people read, by the name of the user."""

    by_user: Mapping[str, str] = field(default_factory=dict)
    alike: frozenset[str] = frozenset()  # users who are taken for another by that name

    def of(self, name: str) -> tuple[str, str]:
        """Return what a user is called, and a note, if it needs one to be clear."""
        return self.by_user.get(name, name), name if name in self.alike else ""

    def user(self, text: str) -> str:
        """Return the user whom a text names; the text if it names none, or several."""
        if text in self.by_user:
            return text
        meant = _folded(text)
        found = [
            name for name, shown in self.by_user.items() if _folded(shown) == meant
        ]
        return found[0] if len(found) == 1 else text


def shown_names(users: Iterable[tuple[str, str | None]]) -> ShownNames:
    """Return what users are called, from their names and the names that people read."""
    known = {name: shown or name for name, shown in users}
    taken = Counter(
        each
        for name, shown in known.items()
        for each in {_folded(name), _folded(shown)}
    )
    return ShownNames(
        by_user=known,
        alike=frozenset(
            name
            for name, shown in known.items()
            if shown != name and taken[_folded(shown)] > 1
        ),
    )


async def load(session: AsyncSession) -> ShownNames:
    """Return what all users of the site are called."""
    rows = await session.execute(select(User.name, User.shown))
    return shown_names((name, shown) for name, shown in rows)


def _folded(text: str) -> str:
    """Return a name as the eye compares it: without case, marks and repeated spaces."""
    plain = unicodedata.normalize("NFKD", " ".join(text.split())).casefold()
    return "".join(each for each in plain if not unicodedata.combining(each))
