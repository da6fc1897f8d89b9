"""Links that sign a user in once: made by the command, or mailed on request."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.errors import RefusedError
from mailer.signin import tokens
from mailer.signin.models import SignInLink
from mailer.users import guard

LASTS = timedelta(minutes=15)
INVITATION_LASTS = timedelta(days=7)
MAILED = 5  # links to one user within MAILED_WITHIN, whatever networks ask
MAILED_WITHIN = timedelta(hours=1)
KEPT = timedelta(days=30)  # so that a used link can be told from one that never was


async def make(
    session: AsyncSession,
    name: str,
    *,
    by: str,
    now: datetime,
    lasts: timedelta = LASTS,
    browser: str | None = None,
) -> str:
    """Make a link for a user; return its token, which is kept nowhere.

    `browser` is the secret of the browser that asked; only there does the link work.
    Raises NotFoundError if the user is unknown, RefusedError if disabled.
    """
    user = await guard.named(session, name)
    if user.disabled_at is not None:
        raise RefusedError(
            f"{name} is disabled since {user.disabled_at:%Y-%m-%d}, and cannot sign in",
            code="user.disabled",
            user=name,
        )
    await session.execute(delete(SignInLink).where(SignInLink.ends_at < now - KEPT))
    token = tokens.fresh()
    session.add(
        SignInLink(
            token_hash=tokens.digest(token),
            user=name,
            made_by=by,
            made_at=now,
            ends_at=now + lasts,
            browser_hash=None if browser is None else tokens.digest(browser),
            used_at=None,
        )
    )
    return token


async def use(
    session: AsyncSession, token: str, *, browser: str | None, now: datetime
) -> str | None:
    """Use a link; return its user, or None if it cannot be used (any more) here.

    Of two requests at once, one gets the user.
    """
    changed = await session.execute(
        update(SignInLink)
        .where(
            SignInLink.token_hash == tokens.digest(token),
            SignInLink.used_at.is_(None),
            SignInLink.ends_at > now,
            SignInLink.browser_hash.is_(None)
            | (SignInLink.browser_hash == tokens.digest(browser or "")),
        )
        .values(used_at=now)
        .returning(SignInLink.user)
    )
    return changed.scalar_one_or_none()


async def end_all(
    session: AsyncSession, name: str, *, now: datetime, invitations_only: bool = False
) -> None:
    """End the links of a user that are open; invitations work in every browser."""
    which = [SignInLink.user == name, SignInLink.ends_at > now]
    if invitations_only:
        which.append(SignInLink.browser_hash.is_(None))
    await session.execute(update(SignInLink).where(*which).values(ends_at=now))


async def may_be_mailed(session: AsyncSession, name: str, *, now: datetime) -> bool:
    """Whether a user may get one more link by mail now."""
    lately = await session.scalar(
        select(func.count()).where(
            SignInLink.user == name,
            SignInLink.browser_hash.is_not(None),
            SignInLink.made_at > now - MAILED_WITHIN,
        )
    )
    return (lately or 0) < MAILED
