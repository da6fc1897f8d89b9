"""What the acts of the directory share: their author, what was typed, what is said."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Request
from litestar.exceptions import NotFoundException, PermissionDeniedException
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.errors import AudienceError
from audiences.record.changes import Author
from mailer.errors import MailerError, RefusedError
from mailer.users import guard, rights
from mailer.web.console.guard import Visit
from mailer.web.console.names.column_names import NAMES

Asking = Request[Visit, Any, Any]
REFUSALS = (MailerError, AudienceError)  # their sentence goes on the page of the form
LONGEST = 2_000  # characters of a field
OTHER_NUMBER = "You typed “%(given)s”; the number is %(count)s. Nothing was changed."
_SEPARATORS = re.compile(r"[\s,.’'٬٫،]")  # of thousands, in all six languages
NO_REASON = "Say why; the reason is kept in the history."
STRINGS = (OTHER_NUMBER, NO_REASON)
# a key where a verb names one; words with underscores are nothing else
_LONG = "|".join(each for each in NAMES if "_" in each)
_SHORT = "|".join(each for each in NAMES if "_" not in each)
_KEY = re.compile(
    rf"\b(?:{_LONG})\b|(?:^|(?<=: )|(?<=; )|(?<=needs )|(?<= and ))(?:{_SHORT})"
    "(?= cannot be empty| '| is | and |$)"
)


def sentence(asked: Visit, refused: Exception) -> str:
    """Return why something was refused, with the labels of the page.

    A verb names a field as the lists do, by the key of its column.
    """
    return _KEY.sub(lambda found: asked.words.text(NAMES[found[0]]), str(refused))


def typed(form: Mapping[str, Any], name: str) -> str:
    """Return what was typed into a field, without spaces around it."""
    return str(form.get(name) or "").strip()[:LONGEST]


def author(asked: Visit, form: Mapping[str, Any], *, asks: bool = False) -> Author:
    """Return the author of a change; `asks`: it needs a reason."""
    because = typed(form, "because")[:500] or None
    if asks and because is None:
        raise RefusedError(asked.words.text(NO_REASON))
    return Author(by=asked.user.name, at=asked.now, because=because)


def version(form: Mapping[str, Any], name: str = "version") -> datetime | None:
    """Return the version that a form was filled with."""
    try:
        found = datetime.fromisoformat(typed(form, name))
    except ValueError:
        return None
    return found if found.tzinfo else None


async def contact(session: AsyncSession, number: int) -> Contact:
    """Return a contact with an address; raise NotFoundException without one."""
    found = await session.get(Contact, number) if number < 2**31 else None
    if found is None or found.address is None:
        raise NotFoundException
    return found


async def require(asked: Visit, right: str) -> None:
    """Raise PermissionDeniedException with who may, unless the user has a right."""
    if asked.could(right):
        return
    async with asked.site.database.reading() as session:
        users = await guard.listed(session)
    refusal = rights.may(asked.user, right, others=users)
    raise PermissionDeniedException(detail=refusal or "")


def require_number(asked: Visit, form: Mapping[str, Any], count: int) -> None:
    """Raise RefusedError unless a number was typed, in digits of any script.

    What separates thousands does not count.
    """
    given = typed(form, "number")[:40]
    digits = _SEPARATORS.sub("", given)
    if not digits.isdecimal() or int(digits) != count:
        number = asked.words.number(count)
        raise RefusedError(
            asked.words.text(OTHER_NUMBER, given=given[:20], count=number)
        )


def place(number: int, kind: str = "contacts") -> str:
    """Return the path of a contact or of an organisation, below that of the console."""
    return f"/directory/{kind}/{number}"
