"""Makes links of web and e-mail addresses in running text, and puts addresses in words.

Punctuation after an address is not part of it.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.rules_inline import StateInline
from markupsafe import Markup, escape

from mailer.rendering.markup.east_asian import RANGES

_LETTER = rf"[^\W{RANGES}]|[\u0300-\u036f]"  # or a digit, of a script with spaces
_ADDRESS = re.compile(
    rf"(?<![@/.+-])(?<!{_LETTER})(?:"
    rf"(?P<web>(?:https?://|www\.)(?:(?!\*\*)[^\s<>\"“”„«»‹›…–—،؛؟|`\[\]\\{RANGES}])+)"
    r"|(?P<mail>[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
    rf"(?!\.?(?:{_LETTER})))"
    r")",
    re.IGNORECASE,
)
_TELEPHONE = re.compile(  # of any country: +33 (0)1 45 68 10 00
    r"(?<![\w.+/])(?:\+[0-9]|\(\+[0-9]{1,4}\))"
    r"(?:[ .\u00a0\u202f()-]{0,2}[0-9]){6,14}(?![\w@])"
)
_INSTEAD = [  # what an address that is none begins with, and what it should be
    (re.compile(pattern, re.IGNORECASE), start, end)
    for pattern, start, end in (
        (r"https://(?=[^\s/])", "https://", ""),
        (r"tel:(?=\S)", "tel:", ""),
        (r"mailto:(?=\S)", "mailto:", ""),
        (r"(?=www\.)", "https://", ""),
        (r"http://(?=[^\s/])", "https://", " if the page has it"),
        (r"^(?=[^\s@/:]+@[^\s@/:]+$)", "mailto:", ""),
    )
]
_WIDE = re.compile(  # as a Chinese keyboard writes it, perhaps encoded
    r"^(https?|mailto|tel)(?:[：﹕]|%EF%BC%9A)(?:[/／]|%EF%BC%8F){0,2}", re.IGNORECASE
)
_LISTED = re.compile(r"[\s,;]https?://")
_TURNED = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_HOST = re.compile(r"(?<=^https://)[^/?#@]+", re.IGNORECASE)
_AFTER = ".,;:!?'’‘*_~"  # punctuation that follows an address


@lru_cache(maxsize=256)
def found(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return where the addresses of a text begin and end, and where each leads."""
    places = []
    for match in _ADDRESS.finditer(text):
        shown = _trimmed(match[0])
        if match["mail"]:
            target = f"mailto:{shown}"
        elif shown.lower().startswith("www."):
            target = f"https://{shown}"
        else:
            target = shown
        if "." in shown:
            places.append((match.start(), match.start() + len(shown), target))
    return tuple(places)


def in_line(text: str) -> list[tuple[int, int, str]]:
    """Return where addresses and telephone numbers begin and end, and where they lead.

    Only a number with the code of its country leads somewhere from everywhere.
    """
    places = list(found(text))
    for match in _TELEPHONE.finditer(text):
        first, last = match.span()
        if all(last <= start or end <= first for start, end, _ in places):
            number = re.sub(r"[^+0-9]", "", match[0].replace("(0)", ""))
            places.append((first, last, f"tel:{number}"))
    return sorted(places)


def linked(text: str, *, wanted: Callable[[str], bool]) -> Markup:
    """Return a line as HTML in which its addresses and telephone numbers are links.

    `wanted` says where a link may lead.
    """
    pieces, at = [], 0
    for start, end, target in in_line(text):
        if wanted(target):
            pieces.append(escape(text[at:start]))
            link = Markup('<a href="{}">{}</a>')
            pieces.append(link.format(encoded(target), text[start:end]))
            at = end
    return Markup("").join([*pieces, escape(text[at:])])


def _trimmed(address: str) -> str:
    """Return an address without the punctuation after it."""
    unpaired, end = address.count(")") - address.count("("), len(address)
    while end:
        if address[end - 1] == ")" and unpaired > 0:
            unpaired -= 1
        elif address[end - 1] not in _AFTER:
            break
        end -= 1
    return address[:end]


def _next(state: StateInline, after: int = 0) -> tuple[int, int, str]:
    """Return the first address from a position on; one beyond the end if none is."""
    places = found(state.src)
    place = bisect_left(places, (state.pos + after,))
    none = len(state.src) + 1
    return places[place] if place < len(places) else (none, none, "")


def address(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (a parser's rule)
    """Add a link for an address that begins here."""
    if state.linkLevel:
        return False
    start, end, target = _next(state)
    if start != state.pos or end > state.posMax:
        return False
    normal = state.md.normalizeLink(target)
    if not state.md.validateLink(normal):
        return False
    if not silent:
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": normal}
        opening.markup, opening.info = "linkify", "auto"
        state.push("text", "", 0).content = state.src[start:end]
        closing = state.push("link_close", "a", -1)
        closing.markup, closing.info = "linkify", "auto"
    state.pos = end
    return True


def text(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (a parser's rule)
    """Add the text up to the next character or address with a meaning."""
    stop = state.md.inline.terminator_re.search(state.src, state.pos)
    end = stop.start() if stop else state.posMax
    start = _next(state, after=1 if state.linkLevel else 0)[0]
    end = min(end, start, state.posMax)
    if end == state.pos:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def in_words(target: str) -> str:
    """Return the address of a link as text: of an e-mail, then its subject."""
    return " – ".join(filter(None, read(target)))


def read(target: str) -> tuple[str, str]:
    """Return the address of a link as people write it, and the subject of an e-mail."""
    scheme, _, rest = target.partition(":")
    if scheme.lower() == "tel":
        return unquote(rest), ""
    if scheme.lower() != "mailto":
        return target, ""
    mailbox, _, query = rest.partition("?")
    subjects = parse_qs(query.replace("+", "%2B")).get("subject", [])
    return unquote(mailbox), " ".join(subjects)


def encoded(target: str) -> str:
    """Return the address of a link as every program opens it.

    A host with letters such as ü is written in ASCII (RFC 3492), a path as in a URI.
    """
    return normalizeLink(_HOST.sub(_in_small_letters, target))


def _in_small_letters(host: re.Match[str]) -> str:
    """Return a host as domain names have its letters (RFC 5895): BÜCHER is bücher."""
    if host[0].isascii():
        return host[0]
    return unicodedata.normalize("NFKC", host[0].lower())


def host(target: str) -> str:
    """Return the host of a web address as people write it: müller.example."""
    named = urlsplit(target).hostname or ""
    try:
        return named.encode("ascii").decode("idna").removeprefix("www.")
    except UnicodeError:
        return named.removeprefix("www.")


def dialled(target: str) -> str:
    """Return the address of a telephone as programs dial it: +33 (0)1 45 is +33145."""
    plain = re.sub(r"\s", "", target)
    return plain.replace("(0)", "") if plain[:5].lower() == "tel:+" else plain


def instead(address: str) -> str:
    """Return what to write for an address that is none, as the end of a sentence."""
    bare = _WIDE.sub(_narrow, address.strip().strip("<>"))
    if _LISTED.search(bare):
        return "; write one address here, and others as links in a text"
    if markdown := re.fullmatch(r"\[[^\]]*\]\((\S*)\)", bare):
        bare = markdown[1]
    for pattern, start, end in _INSTEAD:
        if found := pattern.match(bare):
            return f"; write {start}{bare[found.end() :].replace(' ', '%20')}{end}"
    if re.fullmatch(r"\+?[\d ().-]{6,}", bare):
        return f"; write {dialled(f'tel:{bare}')}"
    return "; write the whole address, such as https://example.org/page"


def _narrow(wide: re.Match[str]) -> str:
    """Return the beginning of an address with the signs of ASCII."""
    scheme = wide[1].lower()
    return f"{scheme}://" if scheme.startswith("http") else f"{scheme}:"


def is_said(target: str, words: str) -> bool:
    """Return whether the words of a link already have its address."""
    said, there = words.strip(), in_words(target)
    if target.lower().startswith("tel:"):
        dialled = said.replace("(0)", "")
        return re.sub(r"[^\d+]", "", dialled) == re.sub(r"[^\d+]", "", there)
    if _TURNED.search(said):
        return False  # isolates are put around its words, so that it is no address
    return unquote(there) in {unquote(said), f"https://{unquote(said)}"}
