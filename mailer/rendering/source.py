"""What a letter says, as values: the input of rendering and the letter it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from audiences.entry import Entry
from mailer.rendering.language.catalogues import Catalogue


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One item of a letter.

    `fields` are its typed lines (date, place, link …) as written, `text` its Markdown.
    """

    id: str
    type: str
    title: str
    fields: Mapping[str, str]
    text: str
    file: str = ""  # that it stands in; empty where it was made for the letter
    number: int = 0  # of its first line
    text_line: int = 0  # at which the text begins

    @property
    def where(self) -> str:
        """Return the file and line it stands at."""
        return f"{self.file}, line {self.number}"

    def line(self, offset: int) -> str:
        """Return the file and line of a line of the text."""
        return f"{self.file}, line {self.text_line + offset}"


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
    """Everything one variant of a letter is made from.

    `wanted` is the reader's language where this translation stands in for it, and
    its words then say so at the top of the letter. `elsewhere` has the catalogues of
    single blocks that are read in another language than the letter. `offsets` are
    those of the reader at the instants of items, where they are not the campaign's.
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
    elsewhere: Mapping[str, Catalogue] = field(default_factory=dict)
    reason: tuple[str, ...] = ()  # what picked the reader, in the letter's language
    entry: Entry | None = (
        None  # the reader's organisation's own, where a block shows it
    )
    zone: str = "UTC"
    offsets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One variant rendered; per-reader places are still marks (see merge)."""

    language: str
    subject: str
    html: str
    text: str
