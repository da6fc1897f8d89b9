"""What changed in a campaign between two versions, block by block, in each language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher, unified_diff
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.acts import Act
from mailer.campaigns.models import Campaign
from mailer.campaigns.version_models import CampaignVersion
from mailer.campaigns.writing.drafting import pieces, versions
from mailer.campaigns.writing.drafting.pieces import Draft, Piece
from mailer.errors import RefusedError
from mailer.rendering import letter_types
from mailer.rendering.letter_types import BlockType
from mailer.rendering.template_files import TemplateFiles

APPROVAL, SEEN = "approval", "seen"
_OF_EVENT = ("start", "end", "zone", "status")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One change: its place, and the words before and after."""

    language: str  # empty: of campaign.toml
    where: str  # a setting, or a block with its line: workshop, title
    what: str  # added, removed, moved, changed
    before: str
    after: str  # of a block that moved, both are its place, from 1
    type: str = ""  # of the block; empty: of no block, or its heading cannot be read
    title: str = ""  # of the block, as it is now or was last


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """The changes from one version of a campaign to its present one."""

    version: int  # that is compared with, the first is 1
    present: int  # that is compared, the last unless another is named
    by: str  # who wrote it
    differences: Sequence[Difference]


async def differences(
    session: AsyncSession,
    campaign: Campaign,
    templates: TemplateFiles,
    since: str,
    until: int | None = None,
) -> Compared:
    """Compare a version of a campaign, by default the last, with an earlier one.

    `since` is the number of the other, “approval” for what was approved last, or “seen”
    for what was approved or sent back last; empty, it is the approved one, else the one
    before. Raises RefusedError if there is no such version, or none was kept.
    """
    kept = await versions.listed(session, campaign)
    if not kept:
        raise RefusedError(
            f"no version of {campaign.name} was kept: an earlier version of this"
            " program stored it"
        )
    approved = await versions.of_acts(session, campaign, Act.APPROVED)
    if since == SEEN:
        returned = await versions.of_acts(session, campaign, Act.RETURNED)
        approved, since = sorted([*approved, *returned]), APPROVAL
    number, last = _number(campaign, approved, kept, since), kept[-1]
    if until is not None:
        await versions.content_of(session, campaign, until)
        last = next(each for each in kept if each.number == until)
    found = await between(session, campaign, templates, number, last.number)
    return Compared(
        version=number,
        present=last.number,
        by=last.by,
        differences=found,
    )


async def between(
    session: AsyncSession,
    campaign: Campaign,
    templates: TemplateFiles,
    before: int,
    after: int,
) -> list[Difference]:
    """Return what changed from one version of a campaign to another."""
    former = await versions.content_of(session, campaign, before)
    present = await versions.content_of(session, campaign, after)
    found = [*_settings(former["values"], present["values"])]
    for language in sorted({*former["texts"], *present["texts"]}):
        pair = (former["texts"].get(language), present["texts"].get(language))
        found += of_texts(language, *pair, letter_types.block_types(templates))
    return found


def _number(
    campaign: Campaign,
    approved: Sequence[datetime],
    kept: Sequence[CampaignVersion],
    since: str,
) -> int:
    """Return the number of the version to compare with."""
    if since.isdecimal():
        return int(since)
    if since not in {"", APPROVAL}:
        raise RefusedError(f"{since!r} is neither “{APPROVAL}” nor a version's number")
    if approved:
        before = [each.number for each in kept if each.at <= approved[-1]]
        return max(before, default=kept[0].number)
    if since == APPROVAL:
        raise RefusedError(f"{campaign.name} has not been approved")
    return kept[-2].number if len(kept) > 1 else kept[-1].number


def _settings(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    for name in after:
        if name not in before or before[name] == after[name]:
            continue
        where, pair = name.replace("_", " "), (before[name], after[name])
        match name:
            case "files":
                yield from _parts(_files(pair[0]), _files(pair[1]))
            case "event":
                yield from _parts(_event(pair[0]), _event(pair[1]))
            case "block_rules" | "block_firsts":
                named = [
                    {
                        ("", f"{block}, {where}"): rule
                        for block, rule in (each or {}).items()
                    }
                    for each in pair
                ]
                yield from _parts(*named)
            case _:
                yield _of_setting("", where, _shown(pair[0]), _shown(pair[1]))


_Parts = Mapping[tuple[str, str], Any]  # language and place → a value


def _parts(before: _Parts, after: _Parts) -> Iterator[Difference]:
    """Compare what a setting has in several places."""
    for place in dict.fromkeys([*before, *after]):
        former, present = before.get(place), after.get(place)
        if former != present:
            what = "changed" if place in before else "added"
            found = _of_setting(*place, _shown(former), _shown(present))
            yield replace(found, what=what if place in after else "removed")


def _files(stored: Sequence[Mapping[str, Any]] | None) -> _Parts:
    """Return the files of a letter, each with its digest."""
    return {(each["language"], f"files, {each['name']}"): each for each in stored or ()}


def _event(stored: Mapping[str, Any] | None) -> _Parts:
    """Return what readers see of an event; its number is none of it."""
    if not stored:
        return {}
    values = {("", f"event {key}"): stored.get(key) for key in _OF_EVENT}
    places = {(tag, "event place"): place for tag, place in stored["places"].items()}
    return {key: value for key, value in values.items() if value} | places


def _of_setting(language: str, where: str, before: str, after: str) -> Difference:
    return Difference(
        language=language, where=where, what="changed", before=before, after=after
    )


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case {"name": name, "digest": _}:
            return str(name)
        case dict():
            return "; ".join(f"{key}: {_shown(each)}" for key, each in value.items())
        case list():
            return ", ".join(map(_shown, value))
        case _:
            return str(value)


def of_texts(
    language: str,
    before: str | None,
    after: str | None,
    types: Mapping[str, BlockType],
) -> Iterator[Difference]:
    """Compare two texts of a language; None is no text."""
    if before == after:
        return
    if before is None or after is None:
        what = "removed" if after is None else "added"
        yield Difference(language=language, where="", what=what, before="", after="")
        return
    one, other = pieces.split(before, types), pieces.split(after, types)
    found = [*_front(language, one, other), *_blocks(language, one, other, types)]
    # a change in what cannot be read yet is one of the whole text
    yield from found or [_changed(language, "text", before, after)]


def _front(language: str, before: Draft, after: Draft) -> Iterator[Difference]:
    """Compare subject and preheader."""
    former, present = pieces.front_values(before), pieces.front_values(after)
    for name, value in present.items():
        if former[name] != value:
            yield _changed(language, name, former[name], value)


def _blocks(
    language: str, before: Draft, after: Draft, types: Mapping[str, BlockType]
) -> Iterator[Difference]:
    old = {piece.id: piece for piece in before.pieces}
    new = {piece.id: piece for piece in after.pieces}
    for name in dict.fromkeys([*old, *new]):
        piece = new.get(name) or old[name]
        lines = _lines(piece, types)
        about = {"type": piece.type, "title": lines.get("title", "")}
        if name in old and name in new:
            for each in _block(language, old[name], new[name], types):
                yield replace(each, **about)
            continue
        words = "\n".join(filter(None, [lines.pop("title", ""), *lines.values()]))
        yield Difference(
            language=language,
            where=name,
            what="added" if name in new else "removed",
            before="" if name in new else words,
            after=words if name in new else "",
            **about,
        )
    for name in _moved(list(old), list(new)):
        yield Difference(
            language=language,
            where=name,
            what="moved",
            before=str(list(old).index(name) + 1),
            after=str(list(new).index(name) + 1),
            type=new[name].type,
            title=_lines(new[name], types).get("title", ""),
        )


def _moved(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return the blocks of both versions that stand in another order."""
    old = [each for each in before if each in after]
    new = [each for each in after if each in before]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    stayed = {
        each
        for start, _, size in matcher.get_matching_blocks()
        for each in old[start : start + size]
    }
    return [each for each in new if each not in stayed]


def _lines(piece: Piece, types: Mapping[str, BlockType]) -> dict[str, str]:
    """Return the lines of a block with a value, and its text; also those at fault."""
    kind = types.get(piece.type)
    if kind is None:
        return {"text": piece.text}
    read = pieces.read(piece, kind)
    if len(read.faults) > len(read.bad):  # a line is in no value
        return {"title": read.values.get("title", ""), "text": piece.text}
    lines = {**read.values, "text": pieces.words_of(read.text, kind)}
    return {name: value for name, value in lines.items() if value}


def _block(
    language: str, before: Piece, after: Piece, types: Mapping[str, BlockType]
) -> Iterator[Difference]:
    old = {"type": before.type, **_lines(before, types)}
    new = {"type": after.type, **_lines(after, types)}
    for line in dict.fromkeys([*old, *new]):
        former, present = old.get(line, ""), new.get(line, "")
        if former != present:
            yield _changed(language, f"{after.id}, {line}", former, present)


def _changed(language: str, where: str, before: str, after: str) -> Difference:
    """Return a change; of long texts, only the lines that differ."""
    if "\n" in before + after:
        lines = list(
            unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
        )[2:]
        before = "\n".join(each[1:] for each in lines if each.startswith("-"))
        after = "\n".join(each[1:] for each in lines if each.startswith("+"))
    return Difference(
        language=language, where=where, what="changed", before=before, after=after
    )
