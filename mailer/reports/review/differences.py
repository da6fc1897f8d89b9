"""What changed in a campaign between two versions, block by block, in each language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.acts import Act
from mailer.campaigns.models import Campaign
from mailer.campaigns.version_models import CampaignVersion
from mailer.campaigns.writing import texts
from mailer.campaigns.writing.drafting import versions
from mailer.errors import ContentError, RefusedError
from mailer.rendering import letter_types
from mailer.rendering.source import Block, Translation
from mailer.rendering.template_files import TemplateFiles

APPROVAL = "approval"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One change: its place, and the words before and after."""

    language: str  # empty: of campaign.toml
    where: str  # a setting, or a block with its line: workshop, title
    what: str  # added, removed, moved, changed
    before: str
    after: str


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

    `since` is the number of the other, or “approval” for what was approved last; empty,
    it is the approved one, else the one before. Raises RefusedError if there is no such
    version, or none was kept.
    """
    kept = await versions.listed(session, campaign)
    if not kept:
        raise RefusedError(
            f"no version of {campaign.name} was kept: an earlier version of this"
            " program stored it"
        )
    approved = await versions.of_acts(session, campaign, Act.APPROVED)
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
        found += _texts(language, *pair, campaign.template, templates)
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
        if name in before and before[name] != after[name]:
            yield Difference(
                language="",
                where=name.replace("_", " "),
                what="changed",
                before=_shown(before.get(name)),
                after=_shown(after[name]),
            )


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case dict():
            return ", ".join(f"{key}: {_shown(each)}" for key, each in value.items())
        case list():
            return ", ".join(map(_shown, value))
        case _:
            return str(value)


def _texts(
    language: str,
    before: str | None,
    after: str | None,
    template: str,
    templates: TemplateFiles,
) -> Iterator[Difference]:
    """Compare two texts of a language; None is no text."""
    if before == after:
        return
    if before is None or after is None:
        what = "removed" if after is None else "added"
        yield Difference(language=language, where="", what=what, before="", after="")
        return
    try:
        loaded = letter_types.load(templates, template)
        one, other = (
            texts.read_all({language: text}, templates, loaded, folder_name="")
            for text in (before, after)
        )
    except ContentError:  # as the letter type was then
        yield _changed(language, "text", before, after)
        return
    pair = (one.translations[language], other.translations[language])
    found = list(_blocks(language, *pair))
    # a change in what cannot be read yet is one of the whole text
    yield from found or [_changed(language, "text", before, after)]


def _blocks(
    language: str, before: Translation, after: Translation
) -> Iterator[Difference]:
    for name in ("subject", "preheader"):
        former, present = getattr(before, name), getattr(after, name)
        if former != present:
            yield _changed(language, name, former, present)
    old = {block.id: block for block in before.blocks}
    new = {block.id: block for block in after.blocks}
    for name in [*old, *(each for each in new if each not in old)]:
        if name in old and name in new:
            yield from _block(language, old[name], new[name])
        else:
            what, block = (
                ("added", new[name]) if name in new else ("removed", old[name])
            )
            words = "\n".join(filter(None, [block.title, block.text]))
            yield Difference(
                language=language,
                where=name,
                what=what,
                before="" if name in new else words,
                after=words if name in new else "",
            )
    common = [name for name in old if name in new]
    if common != [name for name in new if name in old]:
        order = [", ".join(old), ", ".join(new)]
        yield Difference(
            language=language,
            where="order of blocks",
            what="moved",
            before=order[0],
            after=order[1],
        )


def _block(language: str, before: Block, after: Block) -> Iterator[Difference]:
    old = {"type": before.type, "title": before.title, **before.fields}
    new = {"type": after.type, "title": after.title, **after.fields}
    for name in dict.fromkeys([*old, *new]):
        if old.get(name, "") != new.get(name, ""):
            where = f"{after.id}, {name}"
            yield _changed(language, where, old.get(name, ""), new.get(name, ""))
    if before.text != after.text:
        yield _changed(language, f"{after.id}, text", before.text, after.text)


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
