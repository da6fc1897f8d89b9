"""Reads what a bounce says in words: which addresses failed, and why."""

import re
from collections.abc import Sequence

from mailer.feedback import addresses, mime, phrases
from mailer.feedback.mime import MimePart

MAX_READ = 60_000  # characters of the words before the returned mail
MAX_REASON = 1_500  # characters after an address that may tell why
_AT_START = re.compile(
    r"^[ \t>*\-'\"|\[]*(?:-->\s*)?(?:(?:<|mailto:)*)"
    rf"({addresses.ADDRESS.pattern})[>'\"]*[ \t]*(?:$|[:;,(<\[\]|.=-])",
    re.MULTILINE,
)
_NAMED = re.compile(
    r"(?:rcpt to|recipients?|address(?:e[es]|es)?|error-for"
    r"|deliver(?:ed|y)?(?: \w+){0,6} to|message (?:to|for)|mail (?:to|for)"
    r"|destinataires?|empf(?:ä|ae)nger|destinatari\w{1,12}|to the following"
    r"|^ *to|reach|addressed|user|generated from|userid"
    r"|utilisateur|benutzer|utente|usu[aá]rio|пользовател\w{1,12}"
    r"|получател\w{1,12}|адресат\w{0,12}"
    r"|收件人|宛先|^an|^à|^para|^a|^кому)\b[^\n@]{0,40}?[\s:<\"'(]"
    rf"({addresses.ADDRESS.pattern})",
    re.IGNORECASE | re.MULTILINE,
)
_FAILED = re.compile(
    r"(following (recipient|address|user|person)|not reach(ed)?\b"
    r"|(addresses|recipients) had |failed addresses|folgende"
    r"|suivant|siguiente|seguinte|seguenti?|следующ)"
    r"[^\n@]{0,80}(\n[^\n@:]{0,80})?[:\-][ \t]*\n",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"^(post ?master|mailer-daemon|mdaemon|abuse|support|help|helpdesk|hostmaster|noc"
    r"|admin|administrator|webmaster|no-?reply|double-bounce)@",
    re.IGNORECASE,
)
_SENDERS = ("from", "sender", "reply-to", "return-path")
_RECEIVERS = ("to", "delivered-to", "cc")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){3,}")
_PARAGRAPH = re.compile(r"\n[ \t>*|-]*\n")
_HEADER_LINE = re.compile(  # of the returned mail, as a gateway repeats it
    r"^[ \t>*]*(subject|date|sent|to|from|cc|message-?id|betreff|datum|objet|asunto"
    r"|oggetto|тема|主题|件名)[ \t]*:[ \t].*$",
    re.IGNORECASE | re.MULTILINE,
)
_STANDARD = re.compile(  # sentences of qmail and Exim that name no reason
    r"this is a permanent error;? i'?ve given up\.?( sorry it didn'?t work out\.?)?"
    r"|this is a permanent error\.?|giving up on \S+|please (check|try)[^.]{0,80}\."
    r"|for further assistance[^.]{0,80}\.|does not like recipient\.?",
    re.IGNORECASE,
)


def words(mail: MimePart) -> str:
    """Return the text for people, before the returned mail begins."""
    parts = [
        each
        for each in mail.walk()
        if each.content_type.startswith("text/")
        and each.content_type not in {"text/rfc822-headers", "text/calendar"}
    ]
    plain = [each for each in parts if each.content_type != "text/html"]
    texts = [each.text()[:MAX_READ] for each in (plain or parts)[:5]]
    text = _BLANK_LINES.sub("\n\n\n", "\n".join(texts))
    begins = phrases.first("original begins", text)
    return text[: begins if text[:begins].strip() else len(text)][:MAX_READ]


def of_headers(mail: MimePart) -> list[str]:
    """Return the addresses that fields of a mail say have failed."""
    return addresses.within(" ".join(mail.headers.get("x-failed-recipients", [])))


def recipients(mail: MimePart, text: str, *, to_us: bool = False) -> list[str]:
    """Return the addresses that the words of a mail say have failed.

    The address that the mail is to is left out, but not with `to_us`: some mail systems
    write to the failed address itself.
    """
    own = _own(mail, _SENDERS if to_us else (*_SENDERS, *_RECEIVERS))
    if match := _FAILED.search(text):
        found = _found(text[match.end() :], own, (_AT_START, addresses.ADDRESS))
        if found:
            return found
    everywhere = (_AT_START, _NAMED, addresses.ADDRESS)
    return _found(_HEADER_LINE.sub(" ", text), own, everywhere) or _found(
        text, own, everywhere
    )


def _found(text: str, own: set[str], patterns: Sequence[re.Pattern[str]]) -> list[str]:
    """Return the addresses that the first fitting pattern finds, without our own."""
    for pattern in patterns:
        matches = list(pattern.finditer(text))
        if pattern is _AT_START:  # further in, a line goes on with a reply
            least = min((_indent(match) for match in matches), default=0)
            matches = [match for match in matches if _indent(match) == least]
        found = {
            each.lower(): each
            for match in matches
            for each in addresses.within(match[0])[-1:]
            if each.lower() not in own and not _OURS.match(each)
        }
        if found:
            return list(found.values())[:100]
    return []


def _indent(match: re.Match[str]) -> int:
    """Return how far a matched line is indented."""
    return len(match[0]) - len(match[0].lstrip(" \t"))


def _own(mail: MimePart, names: Sequence[str]) -> set[str]:
    """Return the addresses in some fields of the bounce, and of us who wrote."""
    values = [value for name in names for value in mail.headers.get(name, [])]
    for original in originals(mail) if "to" in names else []:
        for name in _SENDERS:
            values += original.headers.get(name, [])
    return {each.lower() for each in addresses.within(" ".join(values))}


def originals(mail: MimePart) -> list[MimePart]:
    """Return the returned mails, or their header sections, within a bounce."""
    return [
        mime.part(each.octets().replace(b"\r\n", b"\n").lstrip(b"\n"))
        for each in mail.walk()
        if each.content_type
        in {
            "message/rfc822",
            "text/rfc822-headers",
            "message/global",
            "message/global-headers",
        }
    ]


def reason(text: str, address: str, others: list[str]) -> str:
    """Return the words that tell why an address failed: those after it, else all.

    Paragraphs end with a full stop, so that no rule reads across them.
    """
    text = _PARAGRAPH.sub(" . ", _HEADER_LINE.sub(" ", text))
    lower = text.lower()
    start = lower.find(address.lower())
    if start < 0:
        return _STANDARD.sub(" ", text[:MAX_REASON])
    ends = [
        place
        for each in others
        if each.lower() != address.lower()
        and (place := lower.find(each.lower(), start + len(address))) >= 0
    ]
    line = text.rfind("\n", 0, start) + 1
    after = text[line : min([*ends, start + MAX_REASON])]
    return _STANDARD.sub(" ", after)
