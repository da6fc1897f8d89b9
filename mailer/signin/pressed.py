"""Keeps which forms were pressed lately, for the web processes of one store.

A form is kept under a digest of all that it says. Its number makes it that of one page.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer.signin.models import FormPress

PATIENCE = timedelta(seconds=10)  # how long an answered form is the same press
KEPT = timedelta(minutes=1)  # how long a form without an answer may be at work
LONGEST = 2_000  # characters of an answer


async def is_first(session: AsyncSession, form: bytes, *, now: datetime) -> bool:
    """Return whether a form is pressed for the first time, and keep that it was.

    Older presses are forgotten.
    """
    done = and_(FormPress.at < now - PATIENCE, FormPress.answer.is_not(None))
    old = or_(done, FormPress.at < now - KEPT)
    await session.execute(delete(FormPress).where(old))
    kept = await session.scalar(
        insert(session, FormPress)
        .values(form=form, at=now)
        .on_conflict_do_nothing()
        .returning(FormPress.form)
    )
    return kept is not None


async def answered(session: AsyncSession, form: bytes, answer: str) -> None:
    """Keep where the answer to a form led; empty: it was a page of its own."""
    kept = answer if len(answer) <= LONGEST else ""
    row = update(FormPress).where(FormPress.form == form)
    await session.execute(row.values(answer=kept))


async def withdraw(session: AsyncSession, form: bytes) -> None:
    """Forget a form that was refused: it may be pressed again."""
    await session.execute(delete(FormPress).where(FormPress.form == form))


async def find(
    session: AsyncSession, form: bytes, *, now: datetime
) -> FormPress | None:
    """Return a form that was pressed lately; None: it was not, or was withdrawn."""
    lately = FormPress.at >= now - PATIENCE
    wanted = select(FormPress).where(FormPress.form == form, lately)
    return await session.scalar(wanted)
