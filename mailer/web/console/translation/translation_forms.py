"""Shows the blocks of a translation as forms, each beside its source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailer.campaigns.writing.drafting import beside, pieces, same_facts, saving
from mailer.campaigns.writing.drafting.beside import Beside, UnitBeside, UnitState
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.drafting.pieces import Filled, Piece
from mailer.campaigns.writing.translation import glossary, units
from mailer.campaigns.writing.translation.comparing import FaultKind
from mailer.campaigns.writing.translation.glossary import OfficialName
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.letter_types import BlockType
from mailer.reports.review import word_changes
from mailer.reports.review.word_changes import TextSpan
from mailer.web.console import blocks
from mailer.web.console.names.block_names import LINES, line_of

STATES: Mapping[UnitState, str] = {
    UnitState.DONE: "translated",
    UnitState.STALE: "source changed since",
    UnitState.MISSING: "to translate",
}
FAULTS: Mapping[FaultKind, str] = {
    FaultKind.PLACEHOLDER_LOST: "%(what)s of the source is missing here.",
    FaultKind.PLACEHOLDER_ADDED: "%(what)s is not in the source.",
    FaultKind.SYMBOL_LOST: "The document symbol %(what)s is missing here.",
    FaultKind.SYMBOL_ADDED: "The document symbol %(what)s is not in the source.",
    FaultKind.ADDRESSES: "Links in the source: %(expected)s; here: %(what)s.",
    FaultKind.ITEMS: "Items of lists in the source: %(expected)s; here: %(what)s.",
    FaultKind.LEVELS: "An item of a list stands at another level than in the source.",
    FaultKind.ROWS: "Rows of the table in the source: %(expected)s; here: %(what)s.",
    FaultKind.HTML: "%(what)s is HTML; write it as Markdown.",
    FaultKind.CONTROL: "There is a character that is not shown; write it again.",
    FaultKind.LINE_BREAK: "This is one line in the letter; remove the line break.",
    FaultKind.OPENS_BLOCK: "A line begins with #; write ## for a heading.",
}
NUMBERS = "Numbers of the source that are not here: %(numbers)s."
HEAD_TITLE = "Subject and preheader"
STRINGS = (*STATES.values(), *FAULTS.values(), NUMBERS, HEAD_TITLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcePart:
    """A line or paragraph of the source, and what changed in it since, if anything."""

    text: str
    changes: Sequence[TextSpan]


@dataclass(frozen=True, kw_only=True, slots=True)
class TranslationRow:
    """A field for one line, or for the text, beside its source."""

    key: str  # in the form
    label: str
    hint: str
    value: str
    is_text: bool
    is_link: bool
    sources: Sequence[SourcePart]

    @property
    def paragraphs(self) -> Sequence[str]:
        """Return its value as its source is shown, without breaks of lines."""
        return units.paragraphs(self.value) if self.is_text else [self.value]


@dataclass(frozen=True, kw_only=True, slots=True)
class TranslationForm:
    """A form for one block of a translation."""

    id: str
    code: str  # of its type
    type: str  # in words
    title: str
    base: str
    shown: str  # digest of what the form has if nothing is changed
    rows: Sequence[TranslationRow]
    state: UnitState
    standing: str  # the state in words
    remarks: Sequence[str]
    names: Sequence[tuple[OfficialName, bool]]  # with whether the translation has it
    second: str  # the words in another language
    alone: bool = False  # the source does not have this block

    @property
    def needs_work(self) -> bool:
        """Whether something is to be done or looked at."""
        return self.state is not UnitState.DONE or bool(self.remarks) or self.alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Languages:
    """The languages of a page: source and target, and one more beside the source."""

    source: str
    target: str
    second: str = ""


def forms(
    opened: DraftDesk,
    languages: Languages,
    found: Beside,
    known: Sequence[OfficialName],
    words: Catalogue,
) -> Iterator[TranslationForm]:
    """Yield a form for the head, for each block of the source, and for what is left."""
    yield _head(opened, languages, found.get(saving.HEAD, ()), known, words)
    draft = opened.draft(languages.target)
    for piece in opened.model.pieces:
        kind, units = opened.types.get(piece.type), found.get(piece.id, ())
        if kind is None or not units:
            continue
        here = draft.piece(piece.id)
        second = opened.draft(languages.second).piece(piece.id)
        yield _form(kind, piece, here, second, units, known, words, languages)
    for piece in draft.pieces:
        if opened.model.piece(piece.id) is None:
            yield _alone(piece, words)


def _form(
    kind: BlockType,
    piece: Piece,
    here: Piece | None,
    second: Piece | None,
    units: Sequence[UnitBeside],
    known: Sequence[OfficialName],
    words: Catalogue,
    languages: Languages,
) -> TranslationForm:
    given = pieces.filled_of(piece, kind)
    present = filled_of(kind, here, given)
    stands = pieces.filled_of(here, kind) if here else Filled(values={})
    lines = [
        _row(kind, piece.id, line, present, given, units, words, languages)
        for line in same_facts.translated_lines(kind)
        if given.values.get(line) or present.values.get(line)
    ]
    if given.text or present.text:
        lines.append(
            _row(kind, piece.id, "text", present, given, units, words, languages)
        )
    return TranslationForm(
        id=piece.id,
        code=kind.name,
        type=blocks.type_name(kind.name, words),
        title=blocks.shown_title(given.values.get("title", "")),
        base=same_facts.translators_part(kind, piece.id, stands).digest,
        shown=same_facts.translators_part(kind, piece.id, present).digest,
        rows=lines,
        state=beside.state_of(units),
        standing=words.text(STATES[beside.state_of(units)]),
        remarks=remarks(units, saving.faults_of(here, kind) if here else [], words),
        names=_names(units, known),
        second=_words(pieces.filled_of(second, kind)) if second else "",
    )


def filled_of(kind: BlockType, here: Piece | None, given: Filled) -> Filled:
    """Return what a form is filled with; `given` is the source.

    A block that is not begun has the addresses and the official names of the source.
    """
    if here is not None:
        return pieces.filled_of(here, kind)
    own = same_facts.translated_lines(kind)
    values = {k: v for k, v in given.values.items() if same_facts.is_kept(k, own)}
    return Filled(values=values)


def _row(
    kind: BlockType,
    name: str,
    line: str,
    present: Filled,
    given: Filled,
    units: Sequence[UnitBeside],
    words: Catalogue,
    languages: Languages,
) -> TranslationRow:
    is_text = line == "text"
    label, hint = line_of(kind.name, line)
    said = words.text(hint) if hint else ""
    parts = [_part(each, languages) for each in units if each.field == line]
    value = given.text if is_text else given.values.get(line, "")
    return TranslationRow(
        key=f"{name}:{line}",
        label=words.text(label),
        hint=blocks.text_hint(kind, words) if is_text else said,
        value=present.text if is_text else present.values.get(line, ""),
        is_text=is_text,
        is_link=kind.fields.get(line) == "link",
        sources=parts or [SourcePart(text=value, changes=())],
    )


def _part(unit: UnitBeside, languages: Languages) -> SourcePart:
    changes: Sequence[TextSpan] = ()
    if unit.state is UnitState.STALE:
        changes = word_changes.compare(unit.was, unit.source, languages.source)
    return SourcePart(text=unit.source, changes=changes)


def _head(
    opened: DraftDesk,
    languages: Languages,
    units: Sequence[UnitBeside],
    known: Sequence[OfficialName],
    words: Catalogue,
) -> TranslationForm:
    draft = opened.draft(languages.target)
    values, source = (pieces.front_values(each) for each in (draft, opened.model))
    rows = []
    for line, value in values.items():
        label, _ = LINES[line]
        parts = [_part(each, languages) for each in units if each.field == line]
        rows.append(
            TranslationRow(
                key=f"{saving.HEAD}:{line}",
                label=words.text(label),
                hint="",
                value=value,
                is_text=False,
                is_link=False,
                sources=parts or [SourcePart(text=source[line], changes=())],
            )
        )
    second = pieces.front_values(opened.draft(languages.second))
    return TranslationForm(
        id=saving.HEAD,
        code="",
        type=words.text(HEAD_TITLE),
        title="",
        base=pieces.digest_of(draft.front),
        shown=pieces.digest_of(pieces.front(**values)),
        rows=rows,
        state=beside.state_of(units),
        standing=words.text(STATES[beside.state_of(units)]),
        remarks=remarks(units, [], words),
        names=_names(units, known),
        second="\n\n".join(filter(None, second.values())),
    )


def _alone(piece: Piece, words: Catalogue) -> TranslationForm:
    """Return the form of a block that the source does not have."""
    return TranslationForm(
        id=piece.id,
        code=piece.type,
        type=blocks.type_name(piece.type, words),
        title="",
        base="",
        shown="",
        rows=(),
        state=UnitState.DONE,
        standing="",
        remarks=(),
        names=(),
        second=piece.text,
        alone=True,
    )


def remarks(
    units: Sequence[UnitBeside], faults: Sequence[str], words: Catalogue
) -> list[str]:
    """Return what is to be looked at in a block, a sentence each."""
    found = list(faults)
    for each in units:
        for fault in each.faults:
            sentence = FAULTS[fault.kind]
            found.append(words.text(sentence, what=fault.what, expected=fault.expected))
    numbers = [number for each in units for number in each.numbers]
    if numbers:
        found.append(words.text(NUMBERS, numbers=words.row(dict.fromkeys(numbers))))
    return list(dict.fromkeys(found))


def _names(
    units: Sequence[UnitBeside], known: Sequence[OfficialName]
) -> list[tuple[OfficialName, bool]]:
    source = "\n".join(each.source for each in units)
    text = "\n".join(each.text for each in units)
    return [
        (each, glossary.is_used(each, text)) for each in glossary.within(source, known)
    ]


def _words(filled: Filled) -> str:
    """Return the words of a block in a second language, below each other."""
    return "\n\n".join(filter(None, [*filled.values.values(), filled.text]))
