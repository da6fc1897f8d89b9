"""The people of a unit: they write, translate, sign off, approve and schedule."""

import io
import itertools
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from sqlalchemy.ext.asyncio import AsyncSession

from mailer import clock
from mailer.calendar import leads, schedule, series
from mailer.campaigns import lookup
from mailer.campaigns.writing import edit, folder, starting
from mailer.campaigns.writing.translation import exchange, signing_off
from mailer.errors import RefusedError
from mailer.sites.site import Site
from mailer.users import roles
from mailer.users.models import User
from tests.acts import campaigning
from tests.acts.turns import APPROVER, EDITOR

DEPUTY, TRANSLATOR, READER = "awa", "marie", "luc"
ROLES = {
    EDITOR: "",  # as the site has them
    APPROVER: "",
    DEPUTY: "viewer",
    TRANSLATOR: "translator:fr",
    READER: "translator:fr",
}


async def join(session: AsyncSession) -> None:
    """Add the people who are missing; give each an address."""
    now = clock.now()
    for name, role in ROLES.items():
        user = await session.get(User, name)
        if user is None:
            user = User(name=name, added_at=now, updated_at=now)
            user.roles = roles.stored([roles.parse(role)])
            session.add(user)
        user.address = f"{name}@unit.example"
    await session.flush()


def needs_sign_off(site: Site, letter_type: str) -> None:
    """Let the French of a letter type need a sign-off."""
    path = site.templates_folder / letter_type / "template.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f'sign_off = ["fr"]\n{text}', encoding="utf-8")


class Unit:
    """Does for the draft of a date what its people do."""

    def __init__(self, site: Site, place: Path) -> None:
        self.site = site
        self.place = place
        self.names = itertools.count()

    async def draft(self, name: str, day: str) -> int:
        """Return the draft of a date of a series."""
        async with self.site.database.reading() as session:
            own = await series.named(session, name)
            rows = await series.slots_of(session, own)
            found = [row for row in rows if str(leads.local_of(row).date()) == day]
        number = found[0].draft_id
        assert number is not None
        return number

    async def write(self, number: int, more: str = "") -> None:
        """Write the text of a draft in its folder, and import the folder again."""
        path = self.place / f"draft-{next(self.names)}"
        async with self.site.database.reading() as session:
            campaign = await lookup.get(session, number)
            await starting.copy(session, campaign, path, today=campaign.day)
        text = campaigning.TEXT + f"\nLetter {number}. {more}\n"
        (path / "en.md").write_text(text, encoding="utf-8")
        async with self.site.database.writing() as session:
            await edit.replace(
                session,
                await lookup.get(session, number),
                folder.read(path),
                templates=self.site.templates,
                by=EDITOR,
                now=clock.now(),
            )

    async def translate(self, number: int) -> None:
        """Let a translator fill the French, who cannot sign it off then."""
        now = clock.now()
        catalogue = read_po(
            io.BytesIO(await exchange.export_po(self.site, number, "fr", now=now))
        )
        for each in catalogue:
            if each.id:
                each.string = f"Lettre {number}. {each.id}"
                each.flags.discard("fuzzy")
        filled = io.BytesIO()
        write_po(filled, catalogue)
        taken = await exchange.import_po(
            *(self.site, number, filled.getvalue()),
            name="fr.po",
            by=TRANSLATOR,
            now=now,
        )
        assert taken.changed
        with pytest.raises(RefusedError, match=f"{TRANSLATOR} wrote the fr"):
            await self.sign_off(number, TRANSLATOR)
        with pytest.raises(RefusedError, match="into fr are not signed off"):
            await campaigning.approve(self.site, number)

    async def sign_off(self, number: int, by: str = READER) -> None:
        """Sign the French of a draft off."""
        async with self.site.database.writing() as session:
            campaign = await lookup.get(session, number)
            await signing_off.sign_off(session, campaign, "fr", by=by, now=clock.now())

    async def approve(self, number: int, name: str, *, absent: bool) -> None:
        """Approve a draft, and give it the time of its own slot.

        The deputy does it while the approver is absent, and cannot at another time.
        """
        if not absent:
            with pytest.raises(RefusedError, match="needs the role approver"):
                await campaigning.approve(self.site, number, by=DEPUTY)
        by = DEPUTY if absent else APPROVER
        await campaigning.approve(self.site, number, by=by)
        assert await self.schedule(number, name) == number

    async def schedule(self, number: int, name: str) -> int | None:
        """Give a campaign the time of its own slot; return the draft of the slot."""
        async with self.site.database.writing() as session:
            campaign = await lookup.get(session, number)
            slot = await schedule.in_series(
                session, self.site, campaign, name, by=EDITOR, now=clock.now()
            )
            return slot.draft_id
