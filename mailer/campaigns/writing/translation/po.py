"""Writes and reads translations as PO files, the format of translators' tools.

A file has one entry per unit: a line or a paragraph. An entry whose source has changed
is fuzzy, and has its previous source. A returned file is refused if a placeholder, a
document symbol or a link was lost or added, or if it has HTML; each fault has its line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any

from babel.messages import Catalog
from babel.messages.pofile import write_po

from audiences import languages
from mailer.campaigns.writing.translation import comparing, units
from mailer.campaigns.writing.translation.comparing import FaultKind
from mailer.campaigns.writing.translation.units import TranslationUnit
from mailer.errors import ContentError, together

SENTENCES: Mapping[FaultKind, str] = {
    FaultKind.PLACEHOLDER_LOST: "the placeholder {what} was lost",
    FaultKind.PLACEHOLDER_ADDED: "the placeholder {what} is not in the source",
    FaultKind.SYMBOL_LOST: "the document symbol {what} was lost",
    FaultKind.SYMBOL_ADDED: "the document symbol {what} is not in the source",
    FaultKind.ADDRESSES: (
        "the number of addresses is {what}, and {expected} in the source"
    ),
    FaultKind.ITEMS: "items of its lists: {what}, and {expected} in the source",
    FaultKind.LEVELS: (
        "an item of its lists stands at another level than in the source"
    ),
    FaultKind.ROWS: "rows of its table: {what}, and {expected} in the source",
    FaultKind.HTML: "HTML ({what}) is not allowed; write it as Markdown",
    FaultKind.CONTROL: "it holds a control character",
    FaultKind.LINE_BREAK: "it is one line in the letter; remove the line break",
    FaultKind.OPENS_BLOCK: "a line begins with #, which would open a block",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnedUnit:
    """One entry of a returned file."""

    context: str
    source: str  # the text that was translated
    text: str
    fuzzy: bool
    line: int  # of the file


def write(
    language: str,
    name: str,
    source: Mapping[str, TranslationUnit],
    *,
    translated: Mapping[str, str],
    stale: Mapping[str, str],
    now: datetime,
) -> bytes:
    """Return a PO file; `stale` is context → previous source, for stale units."""
    catalog = Catalog(
        locale=language.replace("-", "_"),
        project=name,
        version="1",
        header_comment=f"# {name}",
        creation_date=now,
        revision_date=now,
        fuzzy=False,
        charset="utf-8",
    )
    for context, entry in source.items():
        catalog.add(
            entry.text,
            translated.get(context, ""),
            context=context,
            flags=("fuzzy",) if context in stale else (),
            previous_id=stale.get(context, ""),
            auto_comments=list(_comments(entry)),
        )
    octets = BytesIO()
    write_po(octets, catalog, include_previous=True, width=79)
    return octets.getvalue()


def _comments(entry: TranslationUnit) -> Iterator[str]:
    if entry.block is not None:
        yield f"block type: {entry.block.type}"
        for name in units.NAMES:
            if name in entry.block.fields:
                yield f"official name, not translated: {entry.block.fields[name]}"
    patterns = (comparing.PLACEHOLDER, comparing.SYMBOL)
    kept = [found for each in patterns for found in each.findall(entry.text)]
    if kept:
        yield f"keep as they are: {', '.join(dict.fromkeys(kept))}"
    if entry.kind == "link" or comparing.ADDRESS.search(entry.text):
        yield "an address may be replaced by that of its page in your language"


def read(
    catalog: Any, name: str, source: Mapping[str, TranslationUnit]
) -> tuple[str, list[ReturnedUnit]]:
    """Return the language and entries of a catalogue that `po_file` has parsed.

    Raises ContentError with every fault, each with its line.
    """
    try:
        language = languages.tag(str(catalog.locale_identifier).replace("_", "-"))
    except languages.LanguageError:
        raise ContentError(
            name, "its header has no language; add a line such as Language: es"
        ) from None
    returned: list[ReturnedUnit] = []
    faults: list[ContentError] = []
    for message in catalog:
        if not message.id:
            continue
        faults += _faults(message, source.get(message.context or ""), name)
        returned.append(
            ReturnedUnit(
                context=message.context or "",
                source=str(message.id),
                text=str(message.string).strip(),
                fuzzy=message.fuzzy,
                line=message.lineno or 1,
            )
        )
    if faults:
        raise together(faults)
    return language, returned


def _faults(
    message: Any, entry: TranslationUnit | None, name: str
) -> Iterator[ContentError]:
    where = f"{name}, line {message.lineno or 1}"
    if not isinstance(message.id, str):
        yield ContentError(where, "is a plural; letters have none")
    elif entry is None:
        shown = message.context or "an entry without msgctxt"
        yield ContentError(where, f"{shown} is not in this campaign; export it again")
    else:
        yield from (ContentError(where, each) for each in _wrong_type(message, entry))
        if message.string and not message.fuzzy:
            translated = replace(entry, text=message.id)  # it may have changed since
            for sentence in text_faults(str(message.string).strip(), translated):
                yield ContentError(where, f"{entry.context}: {sentence}")


def _wrong_type(message: Any, entry: TranslationUnit) -> Iterator[str]:
    for comment in message.auto_comments:
        named = comment.removeprefix("block type: ")
        if named != comment and entry.block and named != entry.block.type:
            yield (
                f"{entry.context} is in a block of type {named} here,"
                f" and of type {entry.block.type} in the campaign; export it again"
            )


def text_faults(text: str, entry: TranslationUnit) -> Iterator[str]:
    """Yield a sentence for each fault of a translated line or paragraph."""
    for each in comparing.faults(text, entry):
        yield SENTENCES[each.kind].format(what=each.what, expected=each.expected)
