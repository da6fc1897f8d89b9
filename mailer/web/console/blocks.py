"""Shows the blocks of a draft as forms, and reads what their forms send."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from litestar.datastructures import FormMultiDict

from audiences.languages import OFFERED
from mailer.campaigns.writing.drafting import pieces, saving
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.drafting.pieces import Filled, Piece
from mailer.campaigns.writing.translation import units
from mailer.rendering.checks.run_on import KEEPS_LINES
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.letter_types import BlockType
from mailer.rendering.markup import plain
from mailer.rendering.view import editions
from mailer.web.console.names import block_names

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BASE = ":base"


@dataclass(frozen=True, kw_only=True, slots=True)
class LineForm:
    """A field for one line of a block."""

    key: str  # in the form
    kind: str
    label: str
    hint: str
    value: str
    chosen: Sequence[str]  # of `languages` and `addressees`
    options: Sequence[tuple[str, str]]  # value and words
    needed: bool

    @property
    def day(self) -> date | None:
        """Return its value as a day, if it is one."""
        with suppress(ValueError):
            return date.fromisoformat(self.value) if self.kind == "day" else None
        return None

    @property
    def in_words(self) -> Sequence[str]:
        """Return the words of what is chosen; the value, if nothing is to choose."""
        named = dict(self.options)
        return [named.get(each, each) for each in self.chosen]


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockForm:
    """A form for one block in one language."""

    id: str
    code: str  # of its type
    type: str  # the name of its type in words
    title: str
    base: str
    shown: str  # digest of what the form has if nothing is changed
    lines: Sequence[LineForm]
    text: str
    has_text: bool
    text_hint: str
    text_needed: bool
    faults: Sequence[str]
    known: bool = True

    @property
    def paragraphs(self) -> Sequence[str]:
        """Return its text to be read, without line breaks that mean nothing."""
        if self.code in KEEPS_LINES:
            return units.with_their_lines(self.text)
        return units.paragraphs(self.text)


def forms(opened: DraftDesk, words: Catalogue) -> Iterator[BlockForm]:
    """Yield a form for each block of the default language, in its order."""
    pictures = picture_names(opened, opened.campaign.default_language)
    zone = opened.campaign.zone
    for piece in opened.model.pieces:
        kind = opened.types.get(piece.type)
        if kind is None:
            yield _unknown(piece)
        else:
            yield _form_of(kind, piece, words, pictures, zone)


def types(opened: DraftDesk, words: Catalogue) -> list[tuple[str, str, str]]:
    """Return the types of blocks that a letter may have: code, name, sentence."""
    found = []
    for code in opened.types:
        name, sentence = block_names.BLOCKS.get(code, (code, ""))
        said = words.text(sentence) if sentence else ""
        found.append((code, words.text(name), said))
    return found


def _form_of(
    kind: BlockType,
    piece: Piece,
    words: Catalogue,
    pictures: Sequence[str],
    zone: str,
) -> BlockForm:
    filled = pieces.filled_of(piece, kind)
    shown = pieces.piece(kind, piece.id, filled.values, filled.text)
    return BlockForm(
        id=piece.id,
        code=kind.name,
        type=type_name(kind.name, words),
        title=shown_title(filled.values.get("title", "")),
        base=piece.digest,
        shown=shown.digest,
        lines=[
            _line_form(
                kind, piece.id, line, filled.values.get(line, ""), words, pictures, zone
            )
            for line in kind.fields
        ],
        text=filled.text,
        has_text=kind.form != "none",
        text_hint=_joined(
            text_hint(kind, words), zone if kind.form == "agenda" else "", words
        ),
        text_needed="text" in kind.needs,
        faults=saving.faults_of(piece, kind),
    )


def shown_title(title: str) -> str:
    """Return the title of a block as its readers see it, on one line."""
    return " ".join(plain.to_text(title).split())


def type_name(code: str, words: Catalogue) -> str:
    """Return what a type of block is called."""
    name, _ = block_names.BLOCKS.get(code, (code, ""))
    return words.text(name)


def named(opened: DraftDesk, words: Catalogue) -> dict[str, str]:
    """Return the number and type of each block of a letter, by its id."""
    return {
        piece.id: f"{number}. {type_name(piece.type, words)}"
        for number, piece in enumerate(opened.model.pieces, start=1)
    }


def text_hint(kind: BlockType, words: Catalogue) -> str:
    """Return how the text of a block is written; empty if it is any text."""
    return (
        words.text(block_names.FORMS[kind.form])
        if kind.form in block_names.FORMS
        else ""
    )


def _joined(hint: str, zone: str, words: Catalogue) -> str:
    """Return a hint, and in which zone hours are typed if there is a zone."""
    if not zone:
        return hint
    place = "UTC" if zone == "UTC" else words.city(zone)
    return f"{hint} {words.text('At the hours of %(place)s.', place=place)}"


def _unknown(piece: Piece) -> BlockForm:
    return BlockForm(
        id=piece.id,
        code=piece.type,
        type=piece.type,
        title="",
        base="",
        shown="",
        lines=[],
        text=piece.text,
        has_text=False,
        text_hint="",
        text_needed=False,
        faults=[],
        known=False,
    )


def picture_names(opened: DraftDesk, language: str) -> list[str]:
    """Return the names of the pictures that a letter in a language may show."""
    return sorted(
        each["name"]
        for each in opened.campaign.files
        if each["language"] in {"", language} and each["type"].startswith("image/")
    )


def _line_form(
    kind: BlockType,
    name: str,
    line: str,
    value: str,
    words: Catalogue,
    pictures: Sequence[str],
    zone: str,
) -> LineForm:
    label, hint = block_names.line_of(kind.name, line)
    form = kind.fields[line]
    if form == "day" and value and not _DAY.fullmatch(value):
        form = "text"  # a field for days would not show it
    return LineForm(
        key=f"{name}:{line}",
        kind=form,
        label=words.text(label),
        hint=_joined(
            words.text(hint) if hint else "", zone if form == "time" else "", words
        ),
        value=value,
        chosen=_chosen(form, value),
        options=_options(form, value, words, pictures),
        needed=line in kind.needs,
    )


def _chosen(form: str, value: str) -> list[str]:
    return value.split() if form in {"languages", "addressees"} else [value]


def _options(
    form: str, value: str, words: Catalogue, pictures: Sequence[str]
) -> list[tuple[str, str]]:
    match form:
        case "languages":
            known = dict.fromkeys([*OFFERED, *value.split()])
            return [(each, words.language_name(each)) for each in known]
        case "addressees":
            return [
                (key, words.text(each)) for key, each in block_names.ADDRESSEES.items()
            ]
        case "weight":
            return [
                (key, words.text(each)) for key, each in block_names.WEIGHTS.items()
            ]
        case "picture":
            known = dict.fromkeys([*pictures, *filter(None, [value])])
            return [(each, each) for each in known]
        case "editions":
            given = dict(_editions(value))
            tags = dict.fromkeys([*OFFERED, *given])
            return [(each, given.get(each, "")) for each in tags]
    return []


def _editions(value: str) -> Sequence[tuple[str, str]]:
    try:
        return list(editions(value))
    except ValueError:
        return []


def sent(form: FormMultiDict) -> list[str]:
    """Return the ids of the blocks that a form has, in its order."""
    return [key.removesuffix(_BASE) for key in form if key.endswith(_BASE)]


def filled_by(form: FormMultiDict, name: str, kinds: Mapping[str, str]) -> Filled:
    """Return what a form has for one block; `kinds` are those of its lines."""
    values = {
        line: _value(form, f"{name}:{line}", kind) for line, kind in kinds.items()
    }
    return Filled(values=values, text=str(form.get(f"{name}:text") or ""))


def _value(form: FormMultiDict, key: str, kind: str) -> str:
    if kind == "editions" and key not in form:  # there in one line, after a conflict
        given = (
            (each, str(form.get(f"{key}:{each}") or "")) for each in _tags(form, key)
        )
        return " ".join(
            f"{tag}={value.strip()}" for tag, value in given if value.strip()
        )
    return " ".join(str(each) for each in form.getall(key, []) if each)


def _tags(form: FormMultiDict, key: str) -> list[str]:
    found = (
        each.removeprefix(f"{key}:") for each in form if each.startswith(f"{key}:")
    )
    return list(dict.fromkeys(found))
