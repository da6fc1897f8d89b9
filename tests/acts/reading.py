"""Reads letters as a reader's program does, by code that shares none of ours."""

import re
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote, urlsplit

HIDDEN = {"head", "style", "title", "script"}
VOID = {"br", "img", "meta", "link", "hr", "input", "col", "wbr"}
INLINE = {"a", "b", "strong", "em", "i", "span", "code", "wbr"}
SUBJECT = re.compile(r"[(（](?:subject|objet|asunto|тема|الموضوع|主题) ?[:：]")
INVISIBLE = re.compile("[\u200c-\u200f\u2066-\u2069\ufeff\u00ad]")


@dataclass
class Page(HTMLParser):
    """What an HTML part shows, and where its links lead."""

    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    html: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, bool]] = []
        self._link: tuple[str, int] | None = None
        self._numbers: list[int] = []  # of the last items of the open lists

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element; what is not displayed says nothing."""
        given = dict(attrs)
        if tag == "html":
            self.html = given
        if tag == "a":
            self._link = (given.get("href") or "", len(self.words))
        style = (given.get("style") or "").replace(" ", "")
        silent = tag in HIDDEN or "display:none" in style or "aria-hidden" in given
        if tag not in INLINE:
            self.words.append("\n")
        if tag in {"ol", "ul"}:
            self._numbers.append(int(given.get("start") or 1) - 1)
        if tag == "li" and self._open[-1][0] == "ol":
            self._numbers[-1] = int(given.get("value") or self._numbers[-1] + 1)
            self.words.append(f"{self._numbers[-1]}. ")
        if tag == "img":
            self.words.append(given.get("alt") or "")
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element; a link adds where it leads, unless it says so."""
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "a" and self._link is not None:
            target, start = self._link
            said = "".join(self.words[start:]).strip()
            within = target.startswith("#")  # the letter
            if not within and not _same(said, target):
                self.links.append(_said(target))
            self._link = None
        if tag in {"ol", "ul"}:
            self._numbers.pop()

    def handle_data(self, data: str) -> None:
        """Keep what a reader sees."""
        if not any(silent for _, silent in self._open):
            self.words.append(data)


def _same(words: str, target: str) -> bool:
    """Return whether the words of a link are its address, in any spelling."""
    if target.startswith("tel:"):
        dialled = words.replace("(0)", "")  # of the own country
        return re.findall(r"\d", dialled) == re.findall(r"\d", target)
    return unquote(words) in {unquote(_said(target)), unquote(target)[8:]}


def _said(target: str) -> str:
    """Return how the text part says the address of a link."""
    parts = urlsplit(target)
    if parts.scheme not in {"mailto", "tel"}:
        return target
    subjects = [v for k, v in parse_qsl(parts.query) if k == "subject"]
    return " ".join([unquote(parts.path), *subjects])


def parsed(octets: bytes) -> EmailMessage:
    """Parse a message."""
    return message_from_bytes(octets, policy=policy.default)


def part(message: EmailMessage, kind: str) -> str:
    """Return the text or the HTML of a message."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def read(html: str) -> Page:
    """Read an HTML part."""
    page = Page()
    page.feed(html)
    page.close()
    return page


def plain(text: str) -> str:
    """Return a text without what only directs it; spaces that hold are spaces."""
    return re.sub("[\u00a0\u202f]", " ", INVISIBLE.sub("", text))


def words_of(text: str) -> Counter[str]:
    """Count the words of a text, without “subject:” before the subject of an e-mail.

    Each Chinese character is a word.
    """
    return Counter(
        re.findall(
            r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", SUBJECT.sub("(", plain(text))
        )
    )


def words_of_html(html: str) -> Counter[str]:
    """Count the words an HTML part shows, and those of its links' targets."""
    page = read(html)
    return words_of(" ".join(["".join(page.words), *page.links]))
