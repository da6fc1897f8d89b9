"""Codes of six digits by which a user acts through a link: mailed, for ten minutes.

A forwarded link alone cannot act: the code goes to the address of the user.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import characters
from mailer.campaigns.asking.models import ApprovalRequest
from mailer.errors import RefusedError
from mailer.signin import tokens

LASTS, TRIES, MAILED = timedelta(minutes=10), 5, 10
DIGITS = 6


async def make(
    session: AsyncSession, request: ApprovalRequest, token: str, *, now: datetime
) -> str:
    """Return a new code for a request; the earlier one ends.

    Raises RefusedError after MAILED codes: a stranger with the link could guess on.
    """
    row = await _locked(session, request)
    if row.codes >= MAILED:
        raise RefusedError(
            f"{MAILED} codes were mailed for this link; sign in, or have the request"
            " made again"
        )
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row.code_hash, row.code_ends_at = _hashed(token, code), now + LASTS
    row.code_tries, row.codes = 0, row.codes + 1
    return code


async def fits(
    session: AsyncSession,
    request: ApprovalRequest,
    token: str,
    code: str,
    *,
    now: datetime,
) -> bool:
    """Whether a code is right; a wrong one is counted.

    It stays valid until its request is answered: a decision may be refused.
    """
    row = await _locked(session, request)
    ended = row.code_ends_at is None or row.code_ends_at <= now
    if row.code_hash is None or ended or row.code_tries >= TRIES:
        return False
    digits = "".join(filter(str.isdecimal, characters.ascii_digits(code)))
    if row.code_hash == _hashed(token, digits):
        return True
    row.code_tries += 1
    return False


async def _locked(session: AsyncSession, request: ApprovalRequest) -> ApprovalRequest:
    return await session.get_one(
        ApprovalRequest, request.id, with_for_update=True, populate_existing=True
    )


def _hashed(token: str, code: str) -> bytes:
    return tokens.digest(f"{token} {code}")
