"""Saves what a page of forms sends, and does the act whose button was pressed.

The page is one form: saving without script saves all that was changed, and each act on
a block saves first. With script, each block is saved by itself while one writes.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from litestar import MediaType, Request, Response, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.writing.drafting import arranging, desk, pieces, saving
from mailer.campaigns.writing.drafting.arranging import By
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.drafting.pieces import Filled, Piece
from mailer.campaigns.writing.drafting.saving import (
    HEAD,
    LETTER,
    BlockSaved,
    ChangedMeanwhileError,
)
from mailer.campaigns.writing.drafting.standing import SaveStamp
from mailer.errors import RefusedError
from mailer.reports.review import word_changes
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.showing import CONFLICT, HOME
from mailer.web.console.writing import blocks
from mailer.web.console.writing.editor import tag_of
from mailer.web.console.writing.names import LINES

MAX_FORM = 4 * 1024 * 1024  # octets: a text of 200,000 characters, encoded
LARGEST = 2**31 - 1  # of n
NAMES_OF_LINES = {HEAD: ("subject", "preheader"), LETTER: ("name", "date")}
CHANGED = "Not saved: %(name)s changed this meanwhile."
SAVED = "Saved %(time)s"
STRINGS = (CHANGED, SAVED, "Subject and preheader", "Name and date")
Asking = Request[Visit, Any, Any]


@dataclass(kw_only=True)
class Done:
    """What the save of a page came to, by block."""

    saved: dict[str, BlockSaved] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
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
        act = str(form.get("act") or "")
        if act and not done.conflicts:
            taken = await desk.take(session, number, templates, by=by)
            target = await _act(session, taken, act, By(name=by, now=asked.now))
    at = asked.words.time(asked.now.astimezone(asked.site.zone))
    if request.headers.get("accept") == "application/json":
        return _answer(done, at, asked)
    if done.conflicts:
        return _conflicts(asked, taken, tag, done)
    path = f"{HOME}/campaigns/{number}/write/{tag}"
    return showing.to(asked.site, path + (target or f"?saved={at.replace(' ', '')}"))


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
    n = str(form.get("n") or "1")
    stamp = SaveStamp(
        base=str(form.get(f"{name}:base")),
        page=str(form.get("page") or "")[:40],
        n=min(int(n), LARGEST) if n.isascii() and n.isdecimal() else 1,
    )
    by, now, shown = asked.user.name, asked.now, str(form.get(f"{name}:shown") or "")
    kind = _kind(taken, name, form)
    lines = kind.fields if kind else dict.fromkeys(NAMES_OF_LINES.get(name, ()), "text")
    filled = blocks.filled_by(form, name, lines)
    if _wanted(filled, name, kind) == shown:
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
        else:
            done.saved[name] = saved = await saving.save_block(
                session, taken, tag, name, filled, stamp, kind=kind, by=by, now=now
            )
            piece = Piece(id=name, type="", text=saved.text)
            done.faults[name] = saving.faults_of(piece, kind) if kind else []
    except ChangedMeanwhileError as changed:
        done.conflicts[name] = (changed, filled)


def _kind(taken: DraftDesk, name: str, form: FormMultiDict) -> Any:
    """Return the type of a block, also of one that was deleted meanwhile."""
    piece = taken.model.piece(name)
    return taken.types.get(piece.type if piece else str(form.get(f"{name}:type") or ""))


def _wanted(filled: Filled, name: str, kind: Any) -> str:
    """Return the digest of what a form has, as its page knows it."""
    values = filled.values
    if name == HEAD:
        return pieces.digest_of(pieces.front(values["subject"], values["preheader"]))
    if name == LETTER:
        return pieces.digest_of(f"name: {values['name']}\ndate: {values['date']}")
    if kind is None:
        return ""
    return pieces.piece(kind, name, values, filled.text).digest


async def _act(session: AsyncSession, taken: DraftDesk, act: str, by: By) -> str:
    """Do an act on a block; return the rest of the address of the page after it."""
    verb, _, rest = act.partition(" ")
    name, _, place = rest.partition(" ")
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


def _answer(done: Done, at: str, asked: Visit) -> Response[str]:
    """Return what a script needs to go on: the state of each block, not its words."""
    words = asked.words
    state: dict[str, Any] = {"said": words.text(SAVED, time=at), "blocks": {}}
    for name, saved in done.saved.items():
        faults = done.faults.get(name, [])
        state["blocks"][name] = {"base": saved.digest, "faults": faults}
    for changed, _ in done.conflicts.values():
        state["said"] = words.text(CHANGED, name=changed.by)
    return Response(
        json.dumps(state, ensure_ascii=False),
        media_type=MediaType.JSON,
        status_code=CONFLICT if done.conflicts else 200,
        headers=showing.HEADERS,
    )


def _conflicts(asked: Visit, taken: DraftDesk, tag: str, done: Done) -> Response[Any]:
    """Return the page that shows mine and theirs, and offers the choices."""
    words = asked.words
    shown = []
    for name, (changed, filled) in done.conflicts.items():
        stands = Piece(id=name, type="", text=changed.stands)
        piece = taken.model.piece(name)
        kind = taken.types.get(piece.type) if piece else None
        title = {HEAD: "Subject and preheader", LETTER: "Name and date"}.get(name, name)
        theirs = _without_heading(changed.stands)
        spans = word_changes.compare(theirs, _without_heading(changed.wanted), tag)
        values = {k: v for k, v in filled.values.items() if v}
        shown.append(
            {
                "name": name,
                "title": words.text(title),
                "type": kind.name if kind else "",
                "by": changed.by,
                "spans": spans,
                "theirs": theirs,
                "base": stands.digest if changed.stands else pieces.digest_of(""),
                "values": values,
                "labels": {k: words.text(LINES.get(k, (k, ""))[0]) for k in values},
                "text": filled.text,
            }
        )
    return showing.show(
        asked,
        "conflict.html",
        status=CONFLICT,
        campaign=taken.campaign,
        tag=tag,
        writing_direction=asked.site.catalogue(tag).direction,
        conflicts=shown,
        page_id=pieces.digest_of(f"{asked.now} {asked.user.name}")[:16],
    )


def _without_heading(written: str) -> str:
    """Return a block as it is written, without the line that opens it."""
    first, _, rest = written.partition("\n")
    return rest if first.startswith("# ") else written


HANDLERS = (save,)
