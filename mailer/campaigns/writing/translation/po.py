"""Writes and reads translations as PO files, the format of translators' tools.

A file has one entry per unit: a line or a paragraph. An entry whose source has changed
is fuzzy, and has its previous source. A returned file is refused if a placeholder, a
document symbol or a link was lost or added, or if it has HTML; each fault has its line.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from babel.messages import Catalog
from babel.messages.pofile import write_po

from audiences import characters, languages
from mailer.campaigns.writing.translation import units
from mailer.campaigns.writing.translation.units import TranslationUnit
from mailer.errors import ContentError, together

_PLACEHOLDER = re.compile(r"\{[a-z_]{1,30}\}")
_SYMBOL = re.compile(r"\b\d{1,3}[ \u00a0](?:EX|C)/(?:[\w.]*\w/)*[\w.]*\w")
_ADDRESS = re.compile(r"(?:https?|mailto):[^\s<>)\"']+")
_HTML = re.compile(r"<(?!(?:https?|mailto):)/?[A-Za-z!?][^>\n]*>?")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnedUnit:
    """One entry of a returned file."""

    context: str
    source: str  # the text that was translated
    text: str
    fuzzy: bool


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
    kept = [*_PLACEHOLDER.findall(entry.text), *_SYMBOL.findall(entry.text)]
    if kept:
        yield f"keep as they are: {', '.join(dict.fromkeys(kept))}"
    if entry.kind == "link" or _ADDRESS.search(entry.text):
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
            for sentence in text_faults(str(message.string).strip(), entry):
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
    yield from _lost_or_added(_PLACEHOLDER, "placeholder", text, entry.text)
    yield from _lost_or_added(_SYMBOL, "document symbol", text, entry.text)
    addresses, expected = (len(_ADDRESS.findall(t)) for t in (text, entry.text))
    if addresses != expected:
        yield f"the number of addresses is {addresses}, and {expected} in the source"
    if html := _HTML.search(text):
        yield f"HTML ({html[0][:40]}) is not allowed; write it as Markdown"
    if characters.control_position(text) is not None:
        yield "it holds a control character"
    if entry.kind != "paragraph" and "\n" in text:
        yield "it is one line in the letter; remove the line break"
    if entry.kind == "paragraph" and re.search(r"^#(\s|$)", text, re.MULTILINE):
        yield "a line begins with #, which would open a block"


def _lost_or_added(
    pattern: re.Pattern[str], what: str, text: str, source: str
) -> Iterator[str]:
    here, there = (
        Counter(each.replace("\u00a0", " ") for each in pattern.findall(words))
        for words in (text, source)
    )
    for each in there - here:
        yield f"the {what} {each} was lost"
    for each in here - there:
        yield f"the {what} {each} is not in the source"
