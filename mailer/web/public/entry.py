"""/o/{token}: an organisation confirms its entry, or proposes corrections.

An answer is about the entry that was shown; if that has changed, it is shown again.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.links import Purpose
from mailer.readers import entry
from mailer.readers.entry import Answer
from mailer.rendering import marks
from mailer.rendering.entry import entry_lines
from mailer.rendering.language import bidi
from mailer.web.public.link_page import Asked, LinkPage, Shown

_RESULTS = {
    Answer.CONFIRMED: "Thank you: the entry is confirmed as of today.",
    Answer.PROPOSED: "Thank you: a person of the unit reads your correction.",
    Answer.UNCHANGED: "Nothing differs from what we hold.",
    Answer.OUTDATED: "The entry was changed meanwhile. Please look at it again.",
}
STRINGS = tuple(_RESULTS.values())


async def show(session: AsyncSession, asked: Asked) -> Shown:
    """Show the present entry and a form."""
    return await _page(session, asked, results=[])


async def act(session: AsyncSession, asked: Asked) -> Shown:
    """Confirm the entry or store a proposal; show the result."""
    answer = await _answer(session, asked)
    return await _page(session, asked, results=[asked.text(_RESULTS[answer])])


async def _answer(session: AsyncSession, asked: Asked) -> Answer:
    shown, holder, now = str(asked.form.get("shown")), asked.holder, asked.now
    if asked.form.get("act") == "confirm":
        return await entry.confirm(session, holder, shown=shown, now=now)
    held = await entry.entry_of(session, holder, now=now)
    lines = entry_lines(held, asked.site.catalogue(asked.language))
    return await entry.propose(
        session,
        holder,
        shown=shown,
        held={line.key: "\n".join(line.values) for line in lines},
        written={key: str(value) for key, value in asked.form.items()},
        language=asked.language,
        now=now,
    )


async def _page(session: AsyncSession, asked: Asked, *, results: list[str]) -> Shown:
    held = await entry.entry_of(session, asked.holder, now=asked.now)
    return Shown(
        template="entry.html",
        values={
            "results": results,
            "organisation": asked.holder.organisation(asked.language),
            "lines": entry_lines(held, asked.site.catalogue(asked.language)),
            "runs": _runs,
            "digest": held.digest,
            "max_length": entry.MAX_LENGTH,
        },
    )


def _runs(value: str) -> str:
    """Return a value on a page from right to left, with its other runs isolated.

    The roles after an address are then at the end of the line, not before it.
    """
    return bidi.isolate_text(value, "rtl", marks.draw([value]))


PAGE = LinkPage(
    purpose=Purpose.ENTRY,
    show=show,
    act=act,
    changes=lambda form: form.get("act") in {"confirm", "propose"},
)
