"""/p/{token}: a reader's preferences."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from litestar.datastructures import FormMultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.languages import OFFERED
from audiences.subscriptions import How, Standing
from mailer.links import Purpose, Stamp
from mailer.outbox import confirmations
from mailer.outbox.confirmations import Requested
from mailer.readers import optouts, preferences
from mailer.readers.optouts import OptOut, Wish
from mailer.rendering.language.catalogues import isolated
from mailer.web.public.link_page import Asked, LinkPage, Shown

_LETTERS = frozenset({Standing.ACTIVE, Standing.PENDING})  # or will come

MAX_TOPICS = 200  # of one form
CODE = r"[A-Za-z0-9_.-]{1,40}"  # of a topic


async def show(session: AsyncSession, asked: Asked) -> Shown:
    """Show the present preferences, or ask whether to stop everything."""
    if asked.form.get("act") == "stop":
        return Shown(template="stop.html")
    return await _page(session, asked, asked.language, results=())


async def act(session: AsyncSession, asked: Asked) -> Shown:
    """Save the choices, or stop everything."""
    if asked.form.get("act") == "stop-now":  # recorded already, by `opt_outs`
        results = [asked.text("You will receive no letter any more, as of now.")]
        return await _page(session, asked, asked.language, results=results)
    chosen = _chosen(asked)
    saved = await preferences.save(
        session,
        asked.holder,
        wanted=_topics(asked.form, "topic"),
        left=_left(asked.form),
        language=chosen,
        now=asked.now,
    )
    await session.flush()
    language = chosen or asked.language
    results = _results(asked, language, saved)
    shown = await _page(session, asked, language, results=results)
    if not saved.requested:
        return shown

    async def later() -> Mapping[str, Any]:
        letter = await confirmations.request(
            asked.site, asked.holder.contact_id, now=asked.now, writing=asked.writing
        )
        return {"letter": _about_letter(asked, language, letter)}

    return replace(shown, later=later)


def _chosen(asked: Asked) -> str | None:
    """Return the language chosen; None if it is not offered, or the present one."""
    chosen = asked.form.get("language")
    if chosen in OFFERED and chosen != asked.holder.language:
        return str(chosen)
    return None


def _results(asked: Asked, language: str, saved: preferences.Saved) -> list[str]:
    """Return the sentences about what was changed."""
    text = asked.site.catalogue(language).text
    results = [
        text("No longer sent: %(topic)s.", topic=topic.name(language))
        for topic in saved.ended
    ]
    results += [
        text("Waits for your confirmation: %(topic)s.", topic=topic.name(language))
        for topic in saved.requested
    ]
    return results or [text("Your choices are kept.")]


def _about_letter(asked: Asked, language: str, letter: Requested) -> str:
    """Return the sentence about the letter that confirms."""
    catalogue, address = asked.site.catalogue(language), isolated(asked.holder.masked)
    if letter.queued:
        return catalogue.text(
            "We have sent a letter to %(address)s; the button in it confirms.",
            address=address,
        )
    if letter.earlier is None:
        return catalogue.text(
            "No letter was sent to %(address)s now, because several were sent today."
            " Please ask again tomorrow.",
            address=address,
        )
    moment = letter.earlier.astimezone(UTC)
    return catalogue.text(
        "A letter was sent to %(address)s on %(day)s at %(time)s (UTC); the button in"
        " it confirms. Look for it among unwanted mail, too.",
        address=address,
        day=catalogue.day(moment.date()),
        time=isolated(catalogue.time(moment)),
    )


async def _page(
    session: AsyncSession, asked: Asked, language: str, *, results: Sequence[str]
) -> Shown:
    current = await preferences.preferences_of(session, asked.holder)
    return Shown(
        template="preferences.html",
        language=language,
        values={
            "saved": list(results),
            "letter": "",
            "organisation": asked.holder.organisation(language),
            "chosen": current.language,
            "topics": [
                {
                    "code": topic.code,
                    "name": topic.name(language),
                    "rhythm": topic.rhythm(language),
                    "on": standing in _LETTERS,
                    "waiting": standing is Standing.PENDING,
                }
                for topic, standing in current.topics
                if topic.retired_at is None or standing in _LETTERS
            ],
        },
    )


def _changes(form: FormMultiDict) -> bool:
    return form.get("act") in {"save", "stop-now"}


def opt_outs(form: FormMultiDict, stamp: Stamp, now: datetime) -> list[OptOut]:
    """Return the opt-outs of a form: all, or each topic whose mark was removed."""

    def opt_out(kind: Wish, topic: str | None = None) -> OptOut:
        return optouts.of_link(stamp, at=now, kind=kind, topic=topic, by=How.PAGE)

    if form.get("act") == "stop-now":
        return [opt_out(Wish.STOP)]
    if form.get("act") == "save":
        return [opt_out(Wish.LEAVE, each) for each in sorted(_left(form))]
    return []


def _left(form: FormMultiDict) -> set[str]:
    """Return the topics that the page showed as received, and that are not wanted."""
    return _topics(form, "had") - _topics(form, "topic")


def _topics(form: FormMultiDict, name: str) -> set[str]:
    """Return the values of a field that may be codes of topics, MAX_TOPICS at most."""
    values = (str(each) for each in form.getall(name, [])[:MAX_TOPICS])
    return {each for each in values if re.fullmatch(CODE, each)}


PAGE = LinkPage(
    purpose=Purpose.PREFERENCES,
    show=show,
    act=act,
    changes=_changes,
    opt_outs=opt_outs,
)
