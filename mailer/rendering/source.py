"""The input of rendering, a Source, and its result, a Letter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date

from audiences.entry import Entry
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.marks import Marks


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One block of a letter.

    `fields` are its typed lines (date, place, link …) as written; `text` is its
    Markdown.
    """

    id: str
    type: str
    title: str
    fields: Mapping[str, str]
    text: str
    file: str = ""  # its file; empty for a block that no author wrote
    number: int = 0  # of its first line
    text_line: int = 0  # of the first line of the text
    field_lines: Mapping[str, int] = field(default_factory=dict)  # title among them

    @property
    def where(self) -> str:
        """Return the file and first line of the block."""
        return f"{self.file}, line {self.number}"

    def line(self, offset: int) -> str:
        """Return the file and line of a line of the text; `offset` counts from 0."""
        return f"{self.file}, line {self.text_line + offset}"

    def line_of(self, name: str) -> str:
        """Return the file and line of a typed line, or of the block if it has none."""
        return f"{self.file}, line {self.field_lines.get(name, self.number)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Translation:
    """A campaign's content in one language."""

    language: str
    subject: str
    preheader: str
    blocks: tuple[Block, ...]
    where: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """All that one variant of a letter is rendered from.

    `wanted` is the catalogue of the reader's language, if the letter is in a fallback
    language; a notice in it is at the top of the letter. `block_catalogues` has, by
    block id, the catalogue of each block in another language than the letter.
    `offsets` has the reader's UTC offsets at the instants of items, if they differ
    from the campaign's (see hours.Clock).
    """

    template: str
    catalogue: Catalogue
    wanted: Catalogue | None
    subject: str
    preheader: str
    blocks: tuple[Block, ...]
    reference: str
    day: date
    sender_name: str
    postal: str
    topic_name: str | None
    site_url: str
    block_catalogues: Mapping[str, Catalogue] = field(default_factory=dict)
    service: str = ""  # what service mail is about, one of letter_types.SERVICES
    reason: tuple[str, ...] = ()  # why the reader was picked, in the letter's language
    entry: Entry | None = None  # of the reader's organisation, for a block `entry`
    zone: str = "UTC"
    offsets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One rendered variant, with marks where its readers' values go."""

    language: str
    subject: str
    html: str
    text: str
    marks: Marks


def strings(value: object) -> Iterator[str]:
    """Yield every string in a source, at any depth; catalogues are left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from strings(pair)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from strings(each)
    elif is_dataclass(value) and not isinstance(value, Catalogue):
        for each in fields(value):
            yield from strings(getattr(value, each.name))
