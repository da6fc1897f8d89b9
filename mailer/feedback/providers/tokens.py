"""Binds the token of a webhook to the report that it came with first.

Mailgun signs a time and a token, but not the report: who has seen one signature could
send another report with it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from audiences.store.dialects import insert
from mailer.feedback.models import HookToken
from mailer.feedback.providers.authentic import MAX_AGE, NotAuthenticError
from mailer.feedback.providers.parsing import ProviderReport
from mailer.feedback.providers.reporting import digest
from mailer.sites.site import Site


async def bind(
    site: Site,
    provider: str,
    signature: Mapping[str, Any],
    reports: Sequence[ProviderReport],
    *,
    now: datetime,
) -> None:
    """Keep a token with its reports; raise NotAuthenticError if it had others.

    Tokens that are too old to be taken again are forgotten.
    """
    token = _digest(f"{signature.get('timestamp', '')}{signature.get('token', '')}")
    report = _digest(*(digest(provider, each).hex() for each in reports))
    async with site.database.writing() as session:
        await session.execute(
            delete(HookToken).where(HookToken.seen_at < now - MAX_AGE)
        )
        await session.execute(
            insert(session, HookToken)
            .values(digest=token, report=report, seen_at=now)
            .on_conflict_do_nothing()
        )
        known = await session.scalar(
            select(HookToken.report).where(HookToken.digest == token)
        )
    if known != report:
        raise NotAuthenticError(
            "the webhook repeats a signature of Mailgun with another report"
        )


def _digest(*texts: str) -> bytes:
    joined = "\0".join(texts).encode("utf-8", "replace")
    return hashlib.blake2b(joined, digest_size=32).digest()
