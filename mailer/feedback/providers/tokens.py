"""Binds the token of a webhook to the report that it came with first.

Mailgun signs a time and a token, but not the report: who has seen one signature could
send another report with it.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer.feedback.models import HookToken
from mailer.feedback.providers.authentic import MAX_AGE, NotAuthenticError


async def bind(
    session: AsyncSession, token: str, reports: Iterable[bytes], *, now: datetime
) -> None:
    """Keep a token with its reports; raise NotAuthenticError if it had others.

    `token` is all that the provider signed, `reports` are digests. Tokens that are too
    old to be taken again are forgotten.
    """
    known_as = _digest(token.encode("utf-8", "replace"))
    report = _digest(*reports)
    await session.execute(delete(HookToken).where(HookToken.seen_at < now - MAX_AGE))
    await session.execute(
        insert(session, HookToken)
        .values(digest=known_as, report=report, seen_at=now)
        .on_conflict_do_nothing()
    )
    first = await session.scalar(
        select(HookToken.report).where(HookToken.digest == known_as)
    )
    if first != report:
        raise NotAuthenticError(
            "the webhook repeats a signature of Mailgun with another report"
        )


def _digest(*texts: bytes) -> bytes:
    return hashlib.blake2b(b"\0".join(texts), digest_size=32).digest()
