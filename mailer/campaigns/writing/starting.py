"""Begins campaign folders: from a letter type, or as a copy of a campaign.

What the author still has to write stands as {words}, which no check lets pass.
"""

import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import tomlkit
from sqlalchemy.ext.asyncio import AsyncSession
from tomlkit.items import Table

from audiences import languages
from audiences.errors import AudienceError
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing import event, files, text_files, texts
from mailer.campaigns.writing.drafting import letter_settings
from mailer.campaigns.writing.files import Attached
from mailer.errors import ContentError, RefusedError
from mailer.rendering import letter_types
from mailer.rendering.letter_types import BlockType, Template
from mailer.sites.bundled import bundled
from mailer.sites.site import Site

WORDS = "{words}"  # unknown as a placeholder, so that the check names each place
OUTLINE = ("opening", "section", "item", "action", "recommendation", "entry", "agenda")
TABLE = f"| {WORDS} | {WORDS} |\n|---|---|\n| {WORDS} | {WORDS} |"
BODIES = {"section": "", "agenda": f"- 10:00 – 11:00 {WORDS}", "table": TABLE}
AHEAD = timedelta(days=14)  # from today to the event of a new letter


def new(
    site: Site,
    template: str,
    directory: Path,
    wanted: Sequence[str],
    *,
    author: str,
    today: date,
) -> None:
    """Write a folder to begin a letter of a type in, in the languages wanted.

    Without languages, it is in the site's default one. Raises ContentError for an
    unknown letter type or language, RefusedError if the folder exists.
    """
    loaded = letter_types.load(site.templates, template)
    try:
        tags = [text_files.known(each) for each in wanted]
    except AudienceError as fault:
        raise ContentError("--language", str(fault)) from None
    tags = list(dict.fromkeys(tags)) or [site.settings.languages.default]
    sample = _sample(template)
    toml = _new_toml(site, loaded, directory.name, tags, sample, author, today)
    blocks = _outline(loaded, letter_types.block_types(site.templates))
    written = {tag: _text(site, tag, blocks) for tag in tags}
    save(directory, toml, written, ())


def _sample(template: str) -> Mapping[str, Any]:
    """Return the settings of the sample that we have of a letter type; {} if none."""
    with suppress(OSError, ValueError):
        path = bundled("templates") / template / "sample" / "campaign.toml"
        return tomllib.loads(path.read_text(encoding="utf-8"))
    return {}


def _new_toml(
    site: Site,
    template: Template,
    name: str,
    tags: Sequence[str],
    sample: Mapping[str, Any],
    author: str,
    today: date,
) -> str:
    document = tomlkit.document()
    _remark(document, "A campaign folder: this file, and a text for each language.")
    _remark(document, "docs/campaign-folder.md explains every line.")
    document.add("name", tomlkit.string(name))
    _remark(document, "The letter type; its folder is in templates/.")
    document.add("template", tomlkit.string(template.name))
    _remark(document, "The date on the letter.")
    document.add("date", tomlkit.date(today.isoformat()))
    _remark(document, "Who wrote it, and so may not approve it.")
    document.add("author", tomlkit.string(author))
    _remark(document, "{number} counts by year, from the first approval.")
    _remark(document, 'reference = "CSP/{yy}/{number}"')
    _add_readers(document, template, sample)
    _remark(document, "The zone of the hours in the text.")
    document.add("zone", tomlkit.string(site.settings.site.zone))
    if "event" in sample:
        _show_event(document, name, today + AHEAD)
    section = tomlkit.table()
    _remark(section, "Its file must exist.")
    section.add("default", tomlkit.string(tags[0]))
    _remark(section, "What readers of other languages get instead:")
    _remark(section, "[languages.fallbacks]")
    for each in site.catalogues:
        if each not in tags:
            _remark(section, f'{each} = ["{tags[0]}"]')
    document.add("languages", section)
    return tomlkit.dumps(document)


def _remark(place: tomlkit.TOMLDocument | Table, text: str) -> None:
    place.add(tomlkit.comment(text))


def _add_readers(
    document: tomlkit.TOMLDocument, template: Template, sample: Mapping[str, Any]
) -> None:
    """Add who gets the letter: topic, audience and themes."""
    if not (template.topic or template.service):
        _remark(document, "What its readers have subscribed to.")
        _add_or_show(document, "topic", sample.get("topic"))
    _remark(document, "Who gets it; docs/segments.md explains rules.")
    if template.audience:
        _remark(document, "Without this line it is the letter type's rule.")
        _remark(document, 'audience = "kind = ngo and country = SN"')
    else:
        _add_or_show(document, "audience", sample.get("audience"))
    if "themes" in sample:
        _remark(document, "What the letter is about: sectors(themes).")
        document.add("themes", tomlkit.item(sample["themes"]))


def _show_event(document: tomlkit.TOMLDocument, name: str, day: date) -> None:
    """Add, as remarks, an event that the author may fill in."""
    _remark(document, "The event it invites to, which readers' calendars get:")
    hours = (f"start = {day}T10:00:00", f"end = {day}T11:30:00")
    for line in ("[event]", f'uid = "{name}"', *hours, 'place = "Paris"'):
        _remark(document, line)


def _add_or_show(document: tomlkit.TOMLDocument, key: str, value: object) -> None:
    """Add the value of a letter type's sample, else a remark that one is needed."""
    if isinstance(value, str):
        document.add(key, tomlkit.string(" ".join(value.split())))
    else:
        document.add(tomlkit.comment(f'{key} = "…" is needed for this letter type'))


def _outline(template: Template, types: Mapping[str, BlockType]) -> list[str]:
    """Return the blocks of a new letter as text: one of each usual type it may have.

    No block has a day: one that the author overlooked would go out as a deadline.
    """
    chosen = [each for each in OUTLINE if each in template.blocks]
    if chosen[-1:] == ["section"]:  # which needs a block below it
        chosen[-1:] = ["section", "table"] if "table" in template.blocks else []
    values = {"text": WORDS, "addressees": "states"}
    blocks = []
    for name in chosen:
        kinds = types[name].fields
        wanted = [each for each in types[name].needs if each in kinds]
        lines = [f"{each}: {values[kinds[each]]}" for each in wanted]
        heading = f"# {name}" if name == "opening" else f"# {name} {name}-1"
        head = "\n".join([heading, *lines])
        blocks.append("\n\n".join(filter(None, [head, BODIES.get(name, WORDS)])))
    return blocks


def _text(site: Site, language: str, blocks: Sequence[str]) -> str:
    """Return the text of a new letter; it is signed with the site's own address."""
    signature = (
        f"# signature\n\n{site.sender_name(language)}\n\n"
        f"{site.settings.sender.reply_to}"
    )
    front = (
        "---\n"
        "# Every reader sees the same subject.\n"
        f"subject: {WORDS}\n"
        "# Mail programs show this line beside the subject.\n"
        f"preheader: {WORDS}\n"
        "---\n"
    )
    return front + "\n" + "\n\n".join([*blocks, signature]) + "\n"


async def copy(
    session: AsyncSession,
    campaign: Campaign,
    directory: Path,
    *,
    today: date,
    same_event: bool = False,
) -> None:
    """Write the folder of a campaign, dated today or at its own later date.

    Its fixed reference is a remark. An event gets a UID of its own unless it is the
    `same_event`, or a draft's that was announced. Raises RefusedError if it exists.
    """
    if campaign.released_at is None:
        same_event |= await event.announced(session, campaign)
    written = await texts.texts_of(session, campaign)
    toml = _copied_toml(campaign, max(campaign.day, today), same_event=same_event)
    save(directory, toml, written, await files.files_of(session, campaign))


def _copied_toml(campaign: Campaign, day: date, *, same_event: bool) -> str:
    document = tomlkit.document()
    document.add(tomlkit.comment(f"A copy of campaign {campaign.id}."))
    values: dict[str, Any] = {
        "name": campaign.name,
        "template": campaign.template,
        "topic": campaign.topic,
        "date": day,
        "reference": campaign.reference_pattern,
        "author": campaign.author,
        "audience": campaign.audience,
        "themes": campaign.themes or None,
        "zone": campaign.zone,
    }
    for key, value in values.items():
        if value is not None:
            document.add(key, tomlkit.item(value))
        elif key == "reference" and campaign.reference:
            document.add(tomlkit.comment(f"its reference was {campaign.reference}"))
    section = _table({"default": campaign.default_language})
    if campaign.per_block:
        each = languages.EVERY in campaign.per_block or list(campaign.per_block)
        section.add("per_block", tomlkit.item(each))
    if campaign.fallbacks:
        section.add("fallbacks", _table(campaign.fallbacks))
    document.add("languages", section)
    for name, table in _sections(campaign, same_event=same_event):
        document.add(name, table)
    return tomlkit.dumps(document)


def _sections(campaign: Campaign, *, same_event: bool) -> Iterator[tuple[str, Table]]:
    send = letter_settings.section(campaign)
    if send:
        yield "send", _table(send)
    if campaign.event:
        yield "event", _event(campaign.event, same=same_event)
    blocks = tomlkit.table(is_super_table=True)
    for block in sorted({*campaign.block_rules, *campaign.block_firsts}):
        rules = {
            "for": campaign.block_rules.get(block),
            "first": campaign.block_firsts.get(block),
        }
        blocks.add(block, _table(rules))
    if len(blocks):
        yield "blocks", blocks


def _event(stored: Mapping[str, Any], *, same: bool) -> Table:
    places = stored["places"]
    table = _table({"zone": stored["zone"], "status": stored["status"]})
    for key in ("start", "end"):
        table.add(key, tomlkit.item(letter_settings.event_table(stored)[key]))
    remark = tomlkit.comment(f'uid = "{stored["uid"]}" would update that event')
    _ = table.add("uid", stored["uid"]) if same else table.add(remark)
    place: Any = places.get("", "") if set(places) <= {""} else _table(places)
    if place:
        table.add("place", place)
    return table


def _table(values: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        if value is not None:
            table.add(key, tomlkit.item(value))
    return table


def save(
    directory: Path,
    toml: str,
    written: Mapping[str, str],
    attached: Sequence[Attached],
) -> None:
    """Write a campaign folder as a whole; raise RefusedError if it exists."""
    if directory.exists():
        raise RefusedError(f"{directory} exists already; name a new folder")
    try:
        parent = directory.absolute().parent
        made = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=parent))
        try:
            (made / "campaign.toml").write_text(toml, encoding="utf-8")
            for language, text in written.items():
                (made / f"{language}.md").write_text(text, encoding="utf-8")
            for file in attached:
                inside = made / "files" / file.language
                inside.mkdir(parents=True, exist_ok=True)
                (inside / file.name).write_bytes(file.octets)
            made.rename(directory)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as fault:
        raise RefusedError(f"{directory} cannot be written: {fault.strerror}") from None
