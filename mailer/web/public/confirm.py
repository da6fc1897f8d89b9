"""/c/{token}: confirm the subscriptions that a reader asked for.

The link comes in a letter to the reader's address. It is valid for seven days and for
one confirmation. The page says what the link did: now, before, or why nothing.
"""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.links import Purpose
from mailer.readers import preferences
from mailer.web.public.link_page import Asked, LinkPage, Shown


async def show(session: AsyncSession, asked: Asked) -> Shown:
    """Show the topics to confirm, with a button."""
    return await _page(session, asked, begun=())


async def act(session: AsyncSession, asked: Asked) -> Shown:
    """Confirm the pending subscriptions, and show their topics."""
    begun = await preferences.confirm(session, asked.holder, now=asked.now)
    return await _page(session, asked, begun=begun)


async def _page(
    session: AsyncSession, asked: Asked, *, begun: Collection[str]
) -> Shown:
    current = await preferences.preferences_of(session, asked.holder)
    waiting = await preferences.confirmable(session, asked.holder, now=asked.now)
    before = await preferences.confirmed(session, asked.holder)

    def named(codes: Collection[str]) -> list[str]:
        return [
            topic.name(asked.language)
            for topic, _ in current.topics
            if topic.code in codes
        ]

    return Shown(
        template="confirm.html",
        values={
            "preferences": asked.holder.preferences,
            "waiting": named(waiting),
            "begun": named(begun),
            "before": named(before),
            "too_old": not preferences.is_valid(asked.holder, now=asked.now),
        },
    )


PAGE = LinkPage(
    purpose=Purpose.CONFIRM,
    show=show,
    act=act,
    changes=lambda form: form.get("confirm") == "yes",
)
