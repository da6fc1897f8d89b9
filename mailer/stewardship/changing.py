"""Changes contacts for the unit: in the store, and in the file of opt-outs.

A restored store needs that file, so a wish or a suppression is in it before the commit.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from audiences.record.changes import Author
from audiences.upkeep import editing
from audiences.upkeep.contact_details import WantedContact
from mailer.errors import RefusedError
from mailer.readers import optouts
from mailer.readers.optouts import OptOut, Wish
from mailer.sites.site import Site
from mailer.stewardship import merging, moving, removing
from mailer.stewardship.merging import Merged
from mailer.stewardship.moving import Moved


async def edit(
    session: AsyncSession,
    site: Site,
    address: str,
    wanted: WantedContact,
    author: Author,
    *,
    version: datetime | None = None,
) -> Mapping[str, Any]:
    """Change a contact as `editing.edit` does; keep the topics that it ends."""
    changed = await editing.edit(
        session, address, wanted, author, key=site.address_key, version=version
    )
    if wanted.ended:
        key = contacts.fingerprint_of(address, key=site.address_key)
        lines = [
            OptOut(at=author.at, kind=Wish.LEAVE, by="operator", key=key, topic=topic)
            for topic in wanted.ended
        ]
        optouts.append(site.root, lines)
    return changed


async def move(
    session: AsyncSession,
    site: Site,
    address: str,
    new: str,
    author: Author,
    *,
    version: datetime | None = None,
) -> Moved:
    """Give a contact another address, as `moving.move` does.

    Raises RefusedError if the contact is not as the user saw it.
    """
    await _require_unchanged(session, site, {address: version})
    moved = await moving.move(session, address, new, author, key=site.address_key)
    _keep(site, moved.key, moved.suppressed, author.at)
    return moved


async def merge(
    session: AsyncSession,
    site: Site,
    address: str,
    into: str,
    author: Author,
    *,
    kept: WantedContact | None = None,
    versions: Mapping[str, datetime | None] | None = None,
) -> Merged:
    """Merge a contact into another, as `merging.merge` does.

    `kept` are values that the merged contact gets in place of those of `into`;
    `versions` are those which the user saw, by address.
    """
    await _require_unchanged(session, site, versions or {})
    merged = await merging.merge(session, address, into, author, key=site.address_key)
    _keep(site, merged.key, merged.suppressed, author.at)
    if kept is not None and kept != WantedContact():
        await editing.edit(session, into, kept, author, key=site.address_key)
    return merged


async def erase(
    session: AsyncSession, site: Site, address: str, author: Author
) -> None:
    """Erase a person, as `removing.erase` does."""
    for key in await removing.erase(session, address, author, key=site.address_key):
        _keep(site, key, "erased", author.at)


async def _require_unchanged(
    session: AsyncSession, site: Site, versions: Mapping[str, datetime | None]
) -> None:
    for address, version in versions.items():
        found = await contacts.find(session, address, key=site.address_key)
        if version is not None and found.updated_at != version:
            raise RefusedError(
                f"{address} was changed since you saw it; nothing was changed now",
                code="changed.since",
            )


def _keep(site: Site, key: bytes, reason: str | None, at: datetime) -> None:
    """Write a suppression to the file of opt-outs, if there is one."""
    if reason is not None:
        line = optouts.of_suppression(key, at=at, reason=reason)
        optouts.append(site.root, [line])
