"""Finds contacts by what the history says of them, and forgets an address.

A contact that was deleted, or that has another address now, is known by its history
alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Text, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from audiences.contacts import Contact
from audiences.errors import AudienceError
from audiences.record import changes, writing
from audiences.record.changes import Author, Changed, DirectoryChange

BLOCK = 2_000  # rows that are read at once


async def contacts_named(
    session: AsyncSession, address: str, *, key: bytes
) -> list[int]:
    """Return the numbers of contacts whose history names an address, in any spelling.

    Also of those that were deleted.
    """
    wanted = contacts.fingerprint_of(address, key=key)
    text = func.lower(cast(DirectoryChange.detail, Text))
    # other letters than those of ASCII are escaped in JSON, and have other spellings
    near = address.strip().lower() if address.isascii() else "@"
    rows = await session.stream(
        select(DirectoryChange.row_id, DirectoryChange.detail)
        .where(
            DirectoryChange.kind == Changed.CONTACT,
            text.contains(near, autoescape=True),
        )
        .execution_options(yield_per=BLOCK)
    )
    found = set()
    async for number, detail in rows:
        if number not in found and wanted in fingerprints(detail, key=key):
            found.add(number)
    return sorted(found)


def texts(detail: Any) -> Iterator[str]:
    """Yield every text within a detail."""
    if isinstance(detail, str):
        yield detail
    elif isinstance(detail, Mapping):
        for each in detail.values():
            yield from texts(each)
    elif isinstance(detail, list):
        for each in detail:
            yield from texts(each)


def addresses(detail: Any) -> set[str]:
    """Return the addresses within a detail."""
    words = {word for text in texts(detail) for word in text.split()}
    return {each.strip("<>(),;") for each in words if "@" in each}


def fingerprints(detail: Any, *, key: bytes) -> set[bytes]:
    """Return the fingerprints of the addresses within a detail."""
    found = set()
    for each in addresses(detail):
        try:
            found.add(contacts.fingerprint_of(each, key=key))
        except AudienceError:
            continue  # it only looks like an address
    return found


async def words_of(session: AsyncSession, number: int) -> tuple[set[str], set[str]]:
    """Return the addresses and the names that a contact has in its history."""
    found: set[str] = set()
    names: set[str] = set()
    for each in await changes.history(session, Changed.CONTACT, number):
        found |= addresses(each.detail)
        names |= {text for text in texts(each.detail.get("name")) if text}
    return found, names


async def forget(
    session: AsyncSession, number: int, address: str, author: Author, *, key: bytes
) -> None:
    """Remove an address that a contact had before from its history and the record.

    What else these acts said goes with it; the contact stays.
    """
    wanted = contacts.fingerprint_of(address, key=key)
    for each in await changes.history(session, Changed.CONTACT, number):
        said = [each.detail, each.because or ""]
        if wanted in fingerprints(said, key=key):
            each.detail, each.because = {}, None
    person = f"{Changed.CONTACT} {number}"
    await writing.forget(
        session,
        person,
        lambda said: wanted in fingerprints(said, key=key),
        by=author.by,
        at=author.at,
    )


async def holds(session: AsyncSession, fingerprint: bytes) -> bool:
    """Whether a contact of the directory has an address now."""
    query = select(
        exists().where(Contact.address_key == fingerprint, Contact.address.is_not(None))
    )
    return bool(await session.scalar(query))


def keys_of(found: Sequence[str] | set[str], *, key: bytes) -> set[bytes]:
    """Return the fingerprints of addresses."""
    return fingerprints(sorted(found), key=key)
