"""The header of a message: which fields, how often, and what stands in each."""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from tools.verifier import words

ONCE = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-language",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-help",
    "list-archive",
    "list-owner",
    "list-post",
    "feedback-id",
    "precedence",
    "auto-submitted",
]
NEEDED = ["from", "to", "subject", "date", "message-id", "mime-version", "content-type"]
UNENCODED = [
    "message-id",
    "references",
    "in-reply-to",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-help",
    "list-archive",
    "feedback-id",
    "date",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "dkim-signature",
    "precedence",
    "auto-submitted",
]
_FIELD = re.compile(rb"([!-9;-~]+):((?:[^\r\n]|\r\n[ \t])*)\r\n")
_DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4})"
)
_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@([a-z0-9-]+(\.[a-z0-9-]+)+)>")
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ufffd]|zq[0-9a-f]{16}[a-z]+qz"
)
_LANGUAGE = r"[a-z]{2,3}(-[A-Za-z0-9]+)*"
_FEEDBACK = r"[^:\s@]+:[^:\s@]*:[^:\s@]*:[A-Za-z0-9.-]{5,15}"


class Header:
    """The fields of a header in order, each as it stands and unfolded."""

    def __init__(self, octets: bytes) -> None:
        self.raw: list[tuple[str, bytes]] = []
        position = 0
        while position < len(octets):
            match = _FIELD.match(octets, position)
            if match is None:
                raise ValueError(f"not a field: {octets[position : position + 60]!r}")
            self.raw.append((match[1].decode().lower(), match[2]))
            position = match.end()

    def all(self, name: str) -> list[str]:
        """Return the unfolded values of a field."""
        return [
            value.decode("utf-8").replace("\r\n", "").strip()
            for each, value in self.raw
            if each == name
        ]

    def get(self, name: str) -> str:
        """Return the first value of a field, or nothing."""
        return next(iter(self.all(name)), "")


def faults(header: Header) -> Iterator[str]:
    """Yield everything wrong with the header of a letter."""
    yield from _counts(header)
    for name, raw in header.raw:
        line = name.encode() + b":" + raw
        yield from words.word_faults(name, line)
        if name in UNENCODED and words.WORD.search(raw.decode("utf-8", "replace")):
            yield f"H3: {name} holds an encoded-word"
        for each in line.split(b"\r\n"):
            if not each.strip():
                yield f"{name}: a line of white space only"
            text = each.removeprefix(name.encode() + b": ").lstrip()
            if len(each) > 78 and b" " in text:
                yield f"L2: {name}: a line of {len(each)} that could be folded"
    yield from _identity(header)
    yield from _list(header)


def _counts(header: Header) -> Iterator[str]:
    for name in ONCE:
        if len(header.all(name)) > 1:
            yield f"H1: {name} stands {len(header.all(name))} times"
    for name in NEEDED:
        if not header.get(name):
            yield f"H2: no {name}"
    for name in ("cc", "bcc"):
        if header.all(name):
            yield f"H10: {name} in a message for one reader"


def _identity(header: Header) -> Iterator[str]:
    for name in ("from", "to", "reply-to"):
        try:
            shown, _ = words.mailbox(header.get(name))
        except ValueError as fault:
            yield f"H7: {name}: {fault}"
            continue
        if name == "from" and not shown:
            yield "I6: From has no name"
        if _UNFIT.search(shown):
            yield f"H-inj: {name}: a control character in the name"
    subject = words.decoded(header.get("subject"))
    if _UNFIT.search(subject):
        yield f"H-inj: the subject {subject!r}"
    if not re.fullmatch(_LANGUAGE, header.get("content-language")):
        yield "F-cl: no Content-Language"
    yield from _moment(header)


def _moment(header: Header) -> Iterator[str]:
    domain = header.get("from").rstrip(">").rpartition("@")[2]
    identifier = _ID.fullmatch(header.get("message-id"))
    if identifier is None:
        yield f"H8: Message-ID {header.get('message-id')!r}"
    elif not (identifier[1] == domain or identifier[1].endswith("." + domain)):
        yield f"H8: the Message-ID is of {identifier[1]}, From of {domain}"
    date = _DATE.fullmatch(header.get("date"))
    moment = datetime.strptime(date[2], "%d %b %Y %H:%M:%S %z") if date else None
    if date is None or moment is None or f"{moment:%a}" != date[1]:
        yield f"H9: Date {header.get('date')!r}"


def _list(header: Header) -> Iterator[str]:
    if not re.fullmatch(_FEEDBACK, header.get("feedback-id")):
        yield f"F-fbid: Feedback-ID {header.get('feedback-id')!r}"
    if not header.get("list-id"):
        if header.get("auto-submitted") != "auto-generated":
            yield "F-prec: service mail without Auto-Submitted"
        if header.get("list-unsubscribe"):
            yield "U6: List-Unsubscribe without List-Id"
        return
    match = re.fullmatch(
        r"(?:.* )?<([a-z0-9-]+(\.[a-z0-9-]+)+)>", header.get("list-id")
    )
    if match is None or len(match[1]) > 255:
        yield f"U6: List-Id {header.get('list-id')!r}"
    if header.get("precedence") not in {"list", "bulk"}:
        yield "F-prec: a letter without Precedence"
    if header.get("list-unsubscribe-post") != "List-Unsubscribe=One-Click":
        yield f"U3: List-Unsubscribe-Post {header.get('list-unsubscribe-post')!r}"
    yield from _leave(header)


def leave_link(header: Header) -> str:
    """Return the address of the one-click link, or nothing."""
    found = re.match(r"<(https?://[^<>\s]+)>", header.get("list-unsubscribe"))
    return found[1] if found else ""


def _leave(header: Header) -> Iterator[str]:
    value = header.get("list-unsubscribe")
    if not re.fullmatch(r"<[^<>\s,]+>(, ?<mailto:[^<>\s,]+>)?", value):
        yield f"U1: List-Unsubscribe {value!r}"
    link = leave_link(header)
    parts = urlsplit(link)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
        yield f"U1: the first address of List-Unsubscribe is {link!r}"
    _, address = words.mailbox(header.get("to"))
    if address.partition("@")[0] in link and len(address.partition("@")[0]) > 3:
        yield "U5: the link to leave names the reader"
    raw = next(raw for name, raw in header.raw if name == "list-unsubscribe")
    if link.encode() not in raw:
        yield "H3: the link to leave is not in one piece"
