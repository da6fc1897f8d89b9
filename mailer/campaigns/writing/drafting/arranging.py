"""Adds, duplicates, deletes and moves the blocks of a draft, in all its languages.

A deletion is a version of its own, so that the version before it gives the block back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete as delete_rows
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.acts import Act
from mailer.campaigns.models import CampaignText
from mailer.campaigns.writing import edit, texts
from mailer.campaigns.writing.drafting import desk, pieces, versions
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.drafting.pieces import Draft, Filled, Piece
from mailer.campaigns.writing.translation import progress
from mailer.errors import NotFoundError, RefusedError
from mailer.rendering import letter_types

MOST = 200  # blocks of a letter
CLOSING = ("signature", "enclosures", "notes")  # what stands at the end of a letter


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who acts, and when."""

    name: str
    now: datetime


async def add(
    session: AsyncSession, taken: DraftDesk, kind: str, *, after: str | None, by: By
) -> str:
    """Add an empty block of a type after another one, or at the beginning.

    Return its id. Raises RefusedError for a type that the letter may not have.
    """
    if kind not in taken.types:
        raise RefusedError(
            f"a letter of this type has no block {kind[:40]!r}; choose one of the list"
        )
    name = _free_name(taken, kind)
    draft = taken.model
    _require_room(draft)
    empty = pieces.piece(taken.types[kind], name, {})
    if after is None:
        changed = Draft(front=draft.front, pieces=(empty, *draft.pieces))
    else:
        changed = draft.having(empty, after=after)
    language = taken.campaign.default_language
    await desk.store(session, taken, {language: changed}, by=by.name, now=by.now)
    return name


async def append(
    session: AsyncSession,
    taken: DraftDesk,
    kind: str,
    filled: Sequence[Filled],
    *,
    by: By,
) -> str:
    """Add blocks of a type with their words at the end; return the id of the first.

    What closes the letter, such as its signature, stays below them.
    """
    if kind not in taken.types:
        raise RefusedError(f"a letter of this type has no block {kind[:40]!r}")
    draft, language = taken.model, taken.campaign.default_language
    first, after = "", _last_before_closing(draft)
    for each in filled:
        _require_room(draft)
        now = replace(taken, drafts={**taken.drafts, language: draft})
        name = _free_name(now, kind)
        first = first or name
        added = pieces.piece(taken.types[kind], name, each.values, each.text)
        draft, after = draft.having(added, after=after), name
    await desk.store(session, taken, {language: draft}, by=by.name, now=by.now)
    return first


def _last_before_closing(draft: Draft) -> str | None:
    """Return the last block above those that close a letter; None if there is none."""
    above = [each.id for each in draft.pieces]
    for piece in reversed(draft.pieces):
        if piece.type not in CLOSING:
            break
        above.pop()
    return above[-1] if above else None


async def duplicate(
    session: AsyncSession, taken: DraftDesk, name: str, *, by: By
) -> str:
    """Put a copy of a block below it, in each language it has; return its id."""
    _require(taken, name)
    _require_room(taken.model)
    kind = taken.types[_require(taken, name).type]
    copy = _free_name(taken, kind.name)
    changed = {}
    for language, draft in taken.drafts.items():
        if piece := draft.piece(name):
            _, *lines = piece.text.split("\n")
            text = "\n".join([f"# {kind.name} {copy}", *lines])
            copied = Piece(id=copy, type=kind.name, text=text)
            changed[language] = draft.having(copied, after=name)
    campaign = taken.campaign
    rules = dict(campaign.block_rules)
    if name in rules:
        rules[copy] = rules[name]
    edit.change_rules(campaign, rules, campaign.block_firsts)
    await desk.store(session, taken, changed, by=by.name, now=by.now)
    return copy


async def delete(session: AsyncSession, taken: DraftDesk, name: str, *, by: By) -> int:
    """Delete a block in all languages, with its rules.

    Return the number of the version that still has it.
    """
    _require(taken, name)
    campaign = taken.campaign
    if not await versions.latest(session, campaign):
        await versions.keep(session, campaign, by=by.name, now=by.now)
    before = await versions.latest(session, campaign)
    parsed = await texts.parsed_of(session, campaign, taken.templates)
    given = desk.given_firsts(campaign, parsed)
    changed = {
        language: draft.without(name)
        for language, draft in taken.drafts.items()
        if draft.piece(name)
    }
    edit.change_rules(campaign, _but(campaign.block_rules, name), {})
    await desk.store(
        session,
        taken,
        changed,
        by=by.name,
        now=by.now,
        apart=True,
        firsts=_but(given, name),
    )
    return before


async def give_back(
    session: AsyncSession, taken: DraftDesk, name: str, version: int, *, by: By
) -> None:
    """Put a deleted block back in its place, as a version has it."""
    campaign = taken.campaign
    if taken.model.piece(name) is not None:
        return
    content = await versions.content_of(session, campaign, version)
    former = {
        language: pieces.split(text, taken.types)
        for language, text in content["texts"].items()
    }
    changed = {}
    for language, draft in former.items():
        if piece := draft.piece(name):
            names = [each.id for each in draft.pieces]
            present = taken.draft(language)
            changed[language] = _inserted(present, piece, names[: names.index(name)])
    if not changed:
        raise NotFoundError(f"version {version} has no block {name[:80]!r}")
    values = content["values"]
    parsed = await texts.parsed_of(session, campaign, taken.templates)
    rules = {**campaign.block_rules, **_only(values["block_rules"], name)}
    firsts = {
        **desk.given_firsts(campaign, parsed),
        **_only(values["block_firsts"], name),
    }
    edit.change_rules(campaign, rules, campaign.block_firsts)
    await desk.store(
        session, taken, changed, by=by.name, now=by.now, apart=True, firsts=firsts
    )


async def move(
    session: AsyncSession, taken: DraftDesk, name: str, place: int, *, by: By
) -> None:
    """Move a block to a place, counted from 0, in each language it has."""
    _require(taken, name)
    order = [each.id for each in taken.model.pieces if each.id != name]
    order.insert(max(0, min(place, len(order))), name)
    changed = {}
    for language, draft in taken.drafts.items():
        known = [each.id for each in draft.pieces]
        wanted = [each for each in order if each in known]
        wanted += [each for each in known if each not in order]
        if wanted != known:
            by_name = {each.id: each for each in draft.pieces}
            moved = tuple(by_name[each] for each in wanted)
            changed[language] = replace(draft, pieces=moved)
    if changed:
        await desk.store(session, taken, changed, by=by.name, now=by.now)


async def restore(
    session: AsyncSession, taken: DraftDesk, version: int, *, by: By
) -> None:
    """Make what a version has the present content, as another version."""
    campaign = taken.campaign
    content = await versions.content_of(session, campaign, version)
    before = await texts.parsed_of(session, campaign, taken.templates)
    edit.put_back(campaign, content["values"], now=by.now)
    await session.execute(
        delete_rows(CampaignText).where(CampaignText.campaign_id == campaign.id)
    )
    session.add_all(
        CampaignText(campaign_id=campaign.id, language=language, text=text)
        for language, text in content["texts"].items()
    )
    await session.flush()
    after = await texts.parsed_of(session, campaign, taken.templates)
    edit.derive(
        campaign,
        after[campaign.default_language].blocks,
        desk.given_firsts(campaign, after),
    )
    await progress.record(
        session,
        campaign,
        before=before,
        after=after,
        types=letter_types.block_types(taken.templates),
    )
    await desk.record(session, campaign, Act.EDITED, by=by.name, now=by.now, apart=True)


def _inserted(draft: Draft, piece: Piece, above: Sequence[str]) -> Draft:
    after = next((each for each in reversed(above) if draft.piece(each)), None)
    if after is None:
        return Draft(front=draft.front, pieces=(piece, *draft.pieces))
    return draft.having(piece, after=after)


def _require(taken: DraftDesk, name: str) -> Piece:
    piece = taken.model.piece(name)
    if piece is None or piece.type not in taken.types:
        raise NotFoundError(
            f"the letter has no block {name[:80]!r} any more", code="block.unknown"
        )
    return piece


def _require_room(draft: Draft) -> None:
    if len(draft.pieces) >= MOST:
        raise RefusedError(f"the letter has {MOST} blocks; delete one before")


def _free_name(taken: DraftDesk, kind: str) -> str:
    used = {each.id for draft in taken.drafts.values() for each in draft.pieces}
    names = [kind, *(f"{kind}-{number}" for number in range(2, len(used) + 3))]
    return next(name for name in names if name not in used)


def _but(rules: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: rule for key, rule in rules.items() if key != name}


def _only(rules: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: rule for key, rule in rules.items() if key == name}
