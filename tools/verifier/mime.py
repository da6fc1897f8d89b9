"""The parts of a message, cut and decoded as RFC 2045 and 2046 say."""

import base64
import binascii
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.verifier import wire_lines, words
from tools.verifier.header import Header


@dataclass
class Part:
    """One part: its type, its parameters, its children or its decoded octets."""

    kind: str
    parameters: dict[str, str]
    header: Header
    children: list["Part"] = field(default_factory=list)
    octets: bytes = b""

    @property
    def text(self) -> str:
        """Return the text of a text part."""
        return self.octets.decode(self.parameters.get("charset", "us-ascii"))

    def walk(self) -> Iterator["Part"]:
        """Yield this part and everything in it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def shape(self) -> str:
        """Return the structure in one line."""
        inside = ", ".join(child.shape() for child in self.children)
        return f"{self.kind}({inside})" if self.children else self.kind


def parse(header: Header, body: bytes) -> Part:
    """Cut a body by its Content-Type; raise ValueError where it cannot be."""
    kind, parameters = words.parameters(header.get("content-type"))
    part = Part(kind, parameters, header)
    encoding = header.get("content-transfer-encoding").lower() or "7bit"
    if not kind.startswith("multipart/"):
        part.octets = _decoded(encoding, body)
        return part
    if encoding not in {"7bit", "8bit"}:
        raise ValueError(f"{kind} is encoded as {encoding}")
    for piece in _pieces(parameters["boundary"], body):
        head, content = (
            (b"", piece[2:]) if piece.startswith(b"\r\n") else wire_lines.split(piece)
        )
        part.children.append(parse(Header(head), content))
    if not part.children:
        raise ValueError(f"{kind} is empty")
    return part


def _pieces(boundary: str, body: bytes) -> list[bytes]:
    if len(boundary) > 70 or not re.fullmatch(
        r"[\w'()+,./:=? -]*[\w'()+,./:=?-]", boundary
    ):
        raise ValueError(f"not a boundary: {boundary!r}")
    mark = re.escape(b"--" + boundary.encode())
    cuts = list(re.finditer(rb"(?:\A|\r\n)" + mark + rb"(--)?[ \t]*(?=\r\n|\Z)", body))
    if not cuts or not cuts[-1][1] or any(cut[1] for cut in cuts[:-1]):
        raise ValueError("the boundaries do not open and close once")
    if cuts[0].start() or body[cuts[-1].end() :].strip():
        raise ValueError("text before or after the parts")
    return [
        body[first.end() + 2 : second.start()]
        for first, second in itertools.pairwise(cuts)
    ]


def _decoded(encoding: str, body: bytes) -> bytes:
    match encoding:
        case "quoted-printable":
            return _quoted(body)
        case "base64":
            if any(len(line) > 76 for line in body.split(b"\r\n")):
                raise ValueError("a base64 line over 76")
            try:
                return base64.b64decode(body.replace(b"\r\n", b""), validate=True)
            except binascii.Error as fault:
                raise ValueError(f"not base64: {fault}") from None
        case "7bit" if body.isascii():
            return body
    raise ValueError(f"an encoding {encoding!r} that is not what it says")


def _quoted(body: bytes) -> bytes:
    """Decode quoted-printable, strictly by RFC 2045 section 6.7."""
    decoded = b""
    *firsts, last = body.split(b"\r\n")
    for line in firsts:
        decoded += (
            _quoted_line(line) if line.endswith(b"=") else _quoted_line(line) + b"\r\n"
        )
    return decoded + _quoted_line(last)


def _quoted_line(line: bytes) -> bytes:
    """Decode one line; a soft break at its end is taken off."""
    if len(line) > 76:
        raise ValueError(f"a quoted-printable line of {len(line)}")
    if re.search(rb"[ \t]$", line):
        raise ValueError("white space at the end of a quoted-printable line")
    if not re.fullmatch(rb"(?:[ -<>-~]|=[0-9A-F]{2})*=?", line):
        raise ValueError(f"not quoted-printable: {line!r}")
    return re.sub(
        rb"=([0-9A-F]{2})",
        lambda found: bytes([int(found[1], 16)]),
        line.removesuffix(b"="),
    )
