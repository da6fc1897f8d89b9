"""/p/{token}: the preference centre."""

from collections.abc import Sequence

from litestar.datastructures import FormMultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.languages import OFFERED
from audiences.subscriptions import Standing
from mailer.links import Purpose
from mailer.readers import preferences
from mailer.web.public.link_page import Asked, LinkPage, Shown


async def look(session: AsyncSession, asked: Asked) -> Shown:
    """Show what the reader gets now, or ask whether everything is to stop."""
    if asked.form.get("act") == "stop":
        return Shown(template="stop.html")
    return await _shown(session, asked, asked.language, said=())


async def act(session: AsyncSession, asked: Asked) -> Shown:
    """Save the choices, or stop everything."""
    if asked.form.get("act") == "stop-now":
        await preferences.stop(session, asked.holder, now=asked.now)
        said = [asked.text("You will receive no letter any more, as of now.")]
        return await _shown(session, asked, asked.language, said=said)
    chosen = _chosen(asked)
    saved = await preferences.save(
        session,
        asked.site,
        asked.holder,
        wanted={str(each) for each in asked.form.getall("topic", [])},
        language=chosen,
        now=asked.now,
    )
    await session.flush()
    language = chosen or asked.language
    return await _shown(session, asked, language, said=_said(asked, language, saved))


def _chosen(asked: Asked) -> str | None:
    """Return a language other than the one the page showed as the reader's."""
    chosen = asked.form.get("language")
    if chosen in OFFERED and chosen != asked.holder.language:
        return str(chosen)
    return None


def _said(asked: Asked, language: str, saved: preferences.Saved) -> list[str]:
    text = asked.site.catalogue(language).text
    said = [
        text("No longer sent: %(topic)s.", topic=topic.name(language))
        for topic in saved.ended
    ]
    said += [
        text("Waits for your confirmation: %(topic)s.", topic=topic.name(language))
        for topic in saved.asked
    ]
    if saved.asked:
        message = "We have sent a letter to %(address)s; the button in it confirms."
        said.append(text(message, address=asked.holder.masked))
    return said or [text("Your choices are kept.")]


async def _shown(
    session: AsyncSession, asked: Asked, language: str, *, said: Sequence[str]
) -> Shown:
    found = await preferences.preferences_of(session, asked.holder)
    return Shown(
        template="preferences.html",
        language=language,
        values={
            "saved": list(said),
            "organisation": asked.holder.organisation(language),
            "chosen": found.language,
            "topics": [
                {
                    "code": topic.code,
                    "name": topic.name(language),
                    "rhythm": topic.rhythm(language),
                    "on": standing in {Standing.ACTIVE, Standing.PENDING},
                    "waiting": standing is Standing.PENDING,
                }
                for topic, standing in found.topics
            ],
        },
    )


def _changes(form: FormMultiDict) -> bool:
    return form.get("act") in {"save", "stop-now"}


PAGE = LinkPage(purpose=Purpose.PREFERENCES, look=look, act=act, changes=_changes)
