"""/c/{token}: confirm a wish, from a letter sent to the address it is about.

The link is good for seven days and for one confirmation.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.links import Purpose
from mailer.readers import preferences
from mailer.web.public.link_page import Asked, LinkPage, Shown


async def look(session: AsyncSession, asked: Asked) -> Shown:
    """Show what would be confirmed, and a button."""
    return await _shown(session, asked, begun=())


async def act(session: AsyncSession, asked: Asked) -> Shown:
    """Begin the subscriptions that wait."""
    begun = await preferences.confirm(session, asked.holder, now=asked.now)
    return await _shown(session, asked, begun=begun)


async def _shown(
    session: AsyncSession, asked: Asked, *, begun: tuple[str, ...] | list[str]
) -> Shown:
    found = await preferences.preferences_of(session, asked.holder)
    valid = preferences.may_confirm(asked.holder, now=asked.now)
    return Shown(
        template="confirm.html",
        values={
            "preferences": asked.holder.preferences,
            "waiting": [topic.name(asked.language) for topic in found.waiting if valid],
            "begun": [
                topic.name(asked.language)
                for topic, _ in found.topics
                if topic.code in begun
            ],
        },
    )


PAGE = LinkPage(
    purpose=Purpose.CONFIRM,
    look=look,
    act=act,
    changes=lambda form: form.get("confirm") == "yes",
)
