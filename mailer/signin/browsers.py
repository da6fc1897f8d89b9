"""Begins and ends sign-ins: a user may be signed in in several browsers.

A sign-in ends four hours after its last page, fourteen hours after its begin, and at
once when the user's roles or password change, or the user is disabled or removed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.signin import tokens
from mailer.signin.models import Credential, SignIn
from mailer.users import deputies, guard
from mailer.users.models import User

IDLE, LONGEST = timedelta(hours=4), timedelta(hours=14)
SEEN = timedelta(minutes=5)  # how exact `seen_at` is, so that pages rarely write
DEVICE = 200  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A user in a browser."""

    user: User
    sign_in: SignIn
    token: str

    @property
    def form_token(self) -> str:
        """Return what each form of this sign-in carries."""
        return tokens.form_token(self.token)


async def begin(
    session: AsyncSession, name: str, *, device: str, now: datetime
) -> SignedIn:
    """Sign a user in; return it with the token for the browser.

    Removes sign-ins that have ended. Raises NotFoundError if the user is unknown.
    """
    user = await guard.named(session, name)
    known = await session.get(Credential, user.name)
    too_old = (SignIn.seen_at < now - IDLE) | (SignIn.begun_at < now - LONGEST)
    await session.execute(delete(SignIn).where(too_old))
    token = tokens.fresh()
    row = SignIn(
        token_hash=tokens.digest(token),
        user=user.name,
        standing=_standing(user, known.password if known else None),
        begun_at=now,
        seen_at=now,
        device="".join(each for each in device if each.isprintable())[:DEVICE],
    )
    session.add(row)
    return SignedIn(user=user, sign_in=row, token=token)


async def find(session: AsyncSession, token: str, *, now: datetime) -> SignedIn | None:
    """Return who is signed in with a token; None if it has ended or never was."""
    rows = await session.execute(  # one statement: each page and stream asks it
        select(SignIn, User, Credential.password)
        .join(User, User.name == SignIn.user)
        .outerjoin(Credential, Credential.user == SignIn.user)
        .where(SignIn.token_hash == tokens.digest(token))
    )
    found = rows.one_or_none()
    if found is None:
        return None
    row, user, password = found
    if now - row.seen_at > IDLE or now - row.begun_at > LONGEST:
        return None
    if user.disabled_at is not None or row.standing != _standing(user, password):
        return None
    await deputies.lend(session, [user], now=now)
    return SignedIn(user=user, sign_in=row, token=token)


async def seen(session: AsyncSession, token: str, *, now: datetime) -> None:
    """Keep that a browser was used."""
    row = await session.get(SignIn, tokens.digest(token))
    if row is not None:
        row.seen_at = now


def is_due(signed: SignedIn, *, now: datetime) -> bool:
    """Whether it is time to keep that the browser was used."""
    return now - signed.sign_in.seen_at >= SEEN


async def end(session: AsyncSession, token: str) -> None:
    """Sign a browser out."""
    chosen = SignIn.token_hash == tokens.digest(token)
    await session.execute(delete(SignIn).where(chosen))


def number(row: SignIn) -> str:
    """Return what names a sign-in on its user's page; it is of no use as a cookie."""
    return row.token_hash.hex()[:32]


async def end_one(session: AsyncSession, name: str, wanted: str) -> None:
    """Sign a user out in the browser with this number."""
    rows = await session.scalars(select(SignIn).where(SignIn.user == name))
    for row in rows:
        if number(row) == wanted:
            await session.delete(row)


async def end_all(session: AsyncSession, name: str) -> None:
    """Sign a user out everywhere."""
    await session.execute(delete(SignIn).where(SignIn.user == name))


async def of_user(
    session: AsyncSession, name: str, *, now: datetime
) -> Sequence[SignIn]:
    """Return the browsers in which a user is signed in, the latest first."""
    rows = await session.scalars(
        select(SignIn)
        .where(
            SignIn.user == name,
            SignIn.seen_at >= now - IDLE,
            SignIn.begun_at >= now - LONGEST,
        )
        .order_by(SignIn.seen_at.desc())
    )
    return rows.all()


async def last_seen(session: AsyncSession) -> Mapping[str, datetime]:
    """Return when each user had a page last, by name; who has no sign-in is left out.

    Sign-ins that ended are deleted after a time, so an old visit is not known.
    """
    query = select(SignIn.user, func.max(SignIn.seen_at)).group_by(SignIn.user)
    return {name: at for name, at in await session.execute(query)}


def _standing(user: User, password: str | None) -> bytes:
    """Return a digest of what a sign-in stands on: the user, roles and password."""
    parts = [user.added_at.timestamp(), user.roles, password]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()
