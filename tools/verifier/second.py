"""A second opinion: Python's parser, in both of its ways, must see the same message."""

import email
from collections.abc import Iterator
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import parseaddr

from tools.verifier import words
from tools.verifier.header import Header
from tools.verifier.mime import Part


def faults(octets: bytes, header: Header, root: Part) -> Iterator[str]:
    """Yield every difference between our reading and the standard library's."""
    modern = email.message_from_bytes(
        octets, _class=EmailMessage, policy=policy.default
    )
    old = email.message_from_bytes(octets, policy=policy.compat32)
    for name, message in (("default", modern), ("compat32", old)):
        defects = [each for part in message.walk() for each in part.defects]
        if defects:
            yield f"{name}: {defects[0]!r}"
        if [key.lower() for key in message] != [key for key, _ in header.raw]:
            yield f"{name}: sees other fields: {list(message)}"
        kinds = [part.get_content_type() for part in message.walk()]
        if kinds != [part.kind for part in root.walk()]:
            yield f"{name}: sees other parts: {kinds}"
    yield from _fields(modern, old, header)
    yield from _parts(modern, root)


def _fields(modern: EmailMessage, old: Message, header: Header) -> Iterator[str]:
    subject = words.decoded(header.get("subject"))
    if str(modern["subject"]) != subject or _decoded(old["subject"]) != subject:
        yield f"default: reads the subject as {modern['subject']!r}"
    for key in ("from", "to"):
        name, address = words.mailbox(header.get(key))
        shown, spec = parseaddr(old[key].replace("\r\n", ""))
        if (_decoded(shown), spec) != (name, address):
            yield f"compat32: reads {key} as {shown!r}, {spec}"
        addresses = modern[key].addresses
        # Before 3.13 it keeps the white space between encoded-words of a phrase.
        if len(addresses) != 1 or (
            "".join(addresses[0].display_name.split()),
            addresses[0].addr_spec,
        ) != ("".join(name.split()), address):
            yield f"default: reads {key} as {addresses}"
    for key, value in modern.items():
        if getattr(value, "defects", ()):
            yield f"default: {key}: {value.defects[0]!r}"


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value.replace("\r\n", ""))))


def _parts(modern: EmailMessage, root: Part) -> Iterator[str]:
    ours = [part for part in root.walk() if not part.children]
    theirs = [part for part in modern.walk() if not part.is_multipart()]
    for mine, other in zip(ours, theirs, strict=False):
        content = other.get_payload(decode=True)
        if not isinstance(content, bytes) or _lines(content) != _lines(mine.octets):
            yield f"default: decodes {mine.kind} to other octets"
        disposition = mine.header.get("content-disposition")
        name = words.parameters(disposition)[1].get("filename") if disposition else None
        if other.get_filename() != name:
            yield f"default: reads another file name: {other.get_filename()}"


def _lines(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n").rstrip(b"\n")
