"""Saves what a page of forms sends, and does the act whose button was pressed.

The page is one form: saving without script saves all that was changed, and each act on
a block saves first. With script, each block is saved by itself while one writes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from litestar import MediaType, Request, Response, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.writing.drafting import (
    beside,
    desk,
    pieces,
    same_facts,
    saving,
    translating,
)
from mailer.campaigns.writing.drafting.arranging import By
from mailer.campaigns.writing.drafting.beside import Beside
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.drafting.pieces import Filled
from mailer.campaigns.writing.drafting.saving import (
    HEAD,
    LETTER,
    BlockSaved,
    ChangedMeanwhileError,
)
from mailer.campaigns.writing.drafting.standing import SaveStamp
from mailer.campaigns.writing.together import presence
from mailer.rendering.language import typography
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import blocks, sentences, showing
from mailer.web.console.guard import Visit
from mailer.web.console.names.languages import tag_of
from mailer.web.console.showing import CONFLICT, HOME
from mailer.web.console.translation import translation_forms
from mailer.web.console.writing import block_acts, conflicts

MAX_FORM = 4 * 1024 * 1024  # octets: a text of 200,000 characters, encoded
NAMES_OF_LINES = {HEAD: ("subject", "preheader"), LETTER: ("name", "date")}
SAVE = "save"  # the act of a block's own button, and the beginning of its id
KEPT = ("show", "beside")  # of a page's query, after a save
CHANGED = (
    "Not saved: %(name)s changed this meanwhile. Press Save to see both texts and"
    " choose."
)
CHANGED_BY_YOU = (
    "Not saved: you changed this meanwhile in another window. Press Save to see both"
    " texts and choose."
)
SAVED = "Saved %(time)s"
STRINGS = (CHANGED, CHANGED_BY_YOU, SAVED)
Asking = Request[Visit, Any, Any]


@dataclass(kw_only=True)
class Done:
    """What the save of a page came to, by block."""

    saved: dict[str, BlockSaved] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    standing: dict[str, str] = field(default_factory=dict)  # of a translation
    conflicts: dict[str, tuple[ChangedMeanwhileError, Filled]] = field(
        default_factory=dict
    )


@post(
    "/campaigns/{number:int}/write/{language:str}",
    right=Right.READ,
    status_code=200,
    request_max_body_size=MAX_FORM,
)
async def save(
    request: Asking, number: FromPath[int], language: FromPath[str]
) -> Response[Any]:
    """Save what was changed, and do the act whose button was pressed."""
    asked, form = request.user, await forms.form_of(request)
    tag, by, target = tag_of(asked, language), request.user.user.name, ""
    templates = asked.site.templates
    done = Done()
    async with asked.site.database.writing() as session:
        taken = await saving.take(session, number, templates, tag, by=by)
        for name in blocks.sent(form):
            await _save_one(session, taken, tag, name, form, done, asked)
            taken = await desk.read(session, taken.campaign, templates)
        one = By(name=by, now=asked.now)
        await block_acts.remark(session, taken, tag, form, one)
        await presence.seen(session, taken.campaign, tag, by=by, now=asked.now)
        act = str(form.get("act") or "")
        verb, _, saved = act.partition(" ")
        if act and verb != SAVE and not done.conflicts:
            target = await block_acts.act(session, taken, tag, act, one)
        await _look_again(session, taken, tag, done, asked)
    at = asked.words.time(asked.now.astimezone(asked.site.zone))
    if request.headers.get("accept") == "application/json":
        return _answer(done, at, asked)
    if done.conflicts:
        return conflicts.page(asked, taken, tag, done.conflicts)
    path = f"{HOME}/campaigns/{number}/write/{tag}"
    kept = {key: value for key, value in request.query_params.items() if key in KEPT}
    if not target:
        kept["saved"] = at.replace(" ", "")
        if verb == SAVE:  # the keyboard goes on at this block's button
            kept["at"], target = saved, f"#{SAVE}-{quote(saved)}"
    query = f"?{urlencode(kept)}" if kept and not target.startswith("?") else ""
    return showing.to(asked.site, path + query + target)


async def _save_one(
    session: AsyncSession,
    taken: DraftDesk,
    tag: str,
    name: str,
    form: FormMultiDict,
    done: Done,
    asked: Visit,
) -> None:
    """Save one block of a page, unless its form was left as it was."""
    stamp = _stamp_of(form, name)
    by, now, shown = asked.user.name, asked.now, str(form.get(f"{name}:shown") or "")
    kind, by_whom = _kind(taken, name, form), By(name=by, now=now)
    translated = tag != taken.campaign.default_language
    lines: Mapping[str, str] = dict.fromkeys(NAMES_OF_LINES.get(name, ()), "text")
    if kind:
        lines = same_facts.translated_lines(kind) if translated else kind.fields
    filled = blocks.filled_by(form, name, lines)
    if _wanted(filled, name, kind, translated=translated) == shown:
        return
    try:
        if name == HEAD:
            done.saved[name] = await saving.save_head(
                session, taken, tag, filled, stamp, by=by, now=now
            )
        elif name == LETTER:
            await desk.require_right(session, taken.campaign, None, by=by)
            done.saved[name] = await saving.save_letter(
                session, taken, filled, stamp, by=by, now=now
            )
        elif translated:
            done.saved[name] = await translating.save(
                session, taken, tag, name, filled, stamp, kind=kind, by=by_whom
            )
        else:
            done.saved[name] = await saving.save_block(
                session, taken, tag, name, filled, stamp, kind=kind, by=by, now=now
            )
    except ChangedMeanwhileError as changed:
        done.conflicts[name] = (changed, filled)


def _stamp_of(form: FormMultiDict, name: str) -> SaveStamp:
    """Return where the save of a block comes from."""
    n = str(form.get("n") or "1")
    return SaveStamp(
        base=str(form.get(f"{name}:base")),
        page=str(form.get("page") or "")[:40],
        n=min(int(n), forms.LARGEST) if n.isascii() and n.isdecimal() else 1,
    )


def _kind(taken: DraftDesk, name: str, form: FormMultiDict) -> Any:
    """Return the type of a block, also of one that was deleted meanwhile."""
    piece = taken.model.piece(name)
    return taken.types.get(piece.type if piece else str(form.get(f"{name}:type") or ""))


def _wanted(filled: Filled, name: str, kind: Any, *, translated: bool) -> str:
    """Return the digest of what a form has, as its page knows it."""
    values = filled.values
    if name == HEAD:
        return pieces.digest_of(pieces.front(values["subject"], values["preheader"]))
    if name == LETTER:
        return pieces.digest_of(f"name: {values['name']}\ndate: {values['date']}")
    if kind is None:
        return ""
    if translated:
        return same_facts.translators_part(kind, name, filled).digest
    return pieces.piece(kind, name, values, filled.text).digest


async def _look_again(
    session: AsyncSession, taken: DraftDesk, tag: str, done: Done, asked: Visit
) -> None:
    """Find the faults of the blocks that were saved, and where a translation stands."""
    words = asked.words
    found: Beside = {}
    translated = tag != taken.campaign.default_language
    if translated and done.saved:
        found = await beside.read(session, taken, tag)
    for name in done.saved:
        piece = taken.draft(tag).piece(name)
        kind = taken.types.get(piece.type) if piece else None
        faults = saving.faults_of(piece, kind) if piece and kind else []
        done.faults[name] = faults
        if translated:
            units = found.get(name, ())
            done.faults[name] = translation_forms.remarks(units, faults, words)
            standing = translation_forms.STATES[beside.state_of(units)]
            done.standing[name] = words.text(standing)


def _answer(done: Done, at: str, asked: Visit) -> Response[str]:
    """Return what a script needs to go on: the state of each block, not its words."""
    words, language = asked.words, asked.language
    spaced = partial(typography.no_break_spaces, language=language)
    state: dict[str, Any] = {"said": spaced(words.text(SAVED, time=at)), "blocks": {}}
    for name, saved in done.saved.items():
        faults = [sentences.told(x, language) for x in done.faults.get(name, [])]
        state["blocks"][name] = {
            "base": saved.digest,
            "faults": [spaced(each) for each in faults],
            "standing": spaced(done.standing.get(name, "")),
        }
    for changed, _ in done.conflicts.values():
        said = CHANGED_BY_YOU if changed.by == asked.user.name else CHANGED
        state["said"] = spaced(words.text(said, name=asked.called(changed.by)))
    return Response(
        json.dumps(state, ensure_ascii=False),
        media_type=MediaType.JSON,
        status_code=CONFLICT if done.conflicts else 200,
        headers=showing.HEADERS,
    )


HANDLERS = (save,)
