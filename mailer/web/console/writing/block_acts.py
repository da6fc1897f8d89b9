"""Does what the buttons of a block say: move, duplicate, delete, confirm."""

from litestar.datastructures import FormMultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.writing.drafting import arranging, desk, translating
from mailer.campaigns.writing.drafting.arranging import By
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.together import remarks
from mailer.errors import RefusedError
from mailer.web import forms


async def act(
    session: AsyncSession, taken: DraftDesk, tag: str, given: str, by: By
) -> str:
    """Do an act on a block; return the rest of the address of the page after it.

    The desk has the right to write in the language; most acts need the whole letter.
    """
    verb, _, rest = given.partition(" ")
    name, _, place = rest.partition(" ")
    match verb:
        case "still-right":
            await translating.still_right(session, taken, tag, name, by=by)
            return f"#block-{name.lstrip('.')}"
        case "settle":
            row = await remarks.settle(
                session, taken.campaign.id, forms.number(name), by=by.name, now=by.now
            )
            return f"#block-{row.block.lstrip('.')}" if row.block else "#main"
        case "drop":
            await translating.drop(session, taken, tag, name, by=by)
            return "#main"
    await desk.require_right(session, taken.campaign, None, by=by.name)
    return await _of_an_author(session, taken, verb, name, place, by)


async def remark(
    session: AsyncSession, taken: DraftDesk, tag: str, form: FormMultiDict, by: By
) -> None:
    """Make the remarks that a page sends; on the source they are of all languages."""
    language = "" if tag == taken.campaign.default_language else tag
    for key in list(form):
        block, text = key.removeprefix("remark:"), str(form.get(key) or "").strip()
        if block != key and text:
            await remarks.add(
                session,
                taken.campaign,
                text,
                block=block,
                language=language,
                by=by.name,
                now=by.now,
            )


async def _of_an_author(
    session: AsyncSession, taken: DraftDesk, verb: str, name: str, place: str, by: By
) -> str:
    order = [each.id for each in taken.model.pieces]
    at = order.index(name) if name in order else 0
    match verb:
        case "up" | "down":
            to = at - 1 if verb == "up" else at + 1
            await arranging.move(session, taken, name, to, by=by)
            return f"#{verb}-{name}"
        case "duplicate":
            return f"#block-{await arranging.duplicate(session, taken, name, by=by)}"
        case "delete":
            version = await arranging.delete(session, taken, name, by=by)
            return f"?deleted={name}&version={version}"
        case "give-back" if place.isdecimal():
            await arranging.give_back(session, taken, name, int(place), by=by)
            return f"#block-{name}"
        case "add":
            added = await arranging.add(
                session, taken, name, after=place or None, by=by
            )
            return f"#block-{added}"
    raise RefusedError(f"there is no act {verb[:20]!r} on a block")
