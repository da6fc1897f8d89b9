"""Mails that want to harm their reader, or to be taken for what they are not."""

import base64
import gzip
import io
import zipfile
import zlib

MEGABYTES = 1_000_000
DAEMON = b"From: MAILER-DAEMON@mx.example\nSubject: failure notice\n"
PERSON = b"From: someone@elsewhere.example\nSubject: Re: A short letter\n"
PARTS = b"Content-Type: multipart/mixed; boundary=b\n\n"
REPORT = b"From: reports@receiver.example\nSubject: Report domain: liaison.example\n"


def packed(kind: bytes, octets: bytes) -> bytes:
    """A mail with a file that may be a report on mail in our name."""
    head = b"Content-Type: application/%b\nContent-Transfer-Encoding: base64\n\n" % kind
    return REPORT + PARTS + b"--b\n" + head + base64.b64encode(octets) + b"\n--b--\n"


def zipped(octets: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("report.xml", octets)
    return target.getvalue()


def gzipped(megabytes: int) -> bytes:
    """So many megabytes of zeros, made without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    pieces = [packer.compress(bytes(MEGABYTES)) for _ in range(megabytes)]
    return b"".join([*pieces, packer.flush()])


def nested_zip(depth: int) -> bytes:
    """A zip in a zip, and so on."""
    octets = bytes(10 * MEGABYTES)
    for _ in range(depth):
        octets = zipped(octets)
    return octets


def huge_dictionary() -> bytes:
    """A zip whose LZMA stream asks for 4 GB of memory."""
    octets = bytearray(zipped(bytes(1_000), zipfile.ZIP_LZMA))
    start = octets.find(b"report.xml") + len("report.xml") + 5
    octets[start : start + 4] = b"\xff" * 4
    return bytes(octets)


def nested_words(depth: int) -> bytes:
    """An encoded word (RFC 2047) that holds an encoded word, and so on."""
    word = b"unsubscribe"
    for _ in range(depth):
        word = b"=?utf-8?b?" + base64.b64encode(word) + b"?="
    return word


def _charset(name: bytes) -> bytes:
    text = bytes(range(256)) * 100
    subject = b"Subject: =?%b?B?%b?=\n" % (name[:40], base64.b64encode(text[:256]))
    kind = b'Content-Type: text/plain; charset="%b"\n\n' % name
    return b"From: someone@elsewhere.example\n" + subject + kind + text


LAUGHS = b"".join(
    b"<!ENTITY e%d '&e%d;&e%d;'>" % (each, each - 1, each - 1) for each in range(1, 60)
)
CHARSETS = (
    *(b"utf-7", b"utf-16", b"utf-32", b"zlib", b"base64", b"rot13", b"hex", b"bz2"),
    *(b"idna", b"punycode", b"unicode_escape", b"undefined", b"mbcs", b"hz"),
    *(b"../../etc/passwd", b"\xff\xfe", b"utf-8\\0", b"x" * 7_000, b"iso-2022-kr"),
)
SMALL = {  # each takes little time
    "a header of 1 MB": PERSON + b"X-A: " + b"a" * MEGABYTES + b"\n\nHello\n",
    "a sender of 1 MB": b"From: " + b"a@b.example, " * 80_000 + b"\n\nHello\n",
    "a boundary of 1 MB": PERSON
    + b'Content-Type: multipart/mixed; boundary="%b"\n\nx' % (b"b" * MEGABYTES),
    **{f"charset {name[:20]!r}": _charset(name) for name in CHARSETS},
    "words in words": b"From: a@b.example\nSubject: " + nested_words(6) + b"\n\nx\n",
    "pieces of a parameter": PERSON
    + b"Content-Type: multipart/mixed"
    + b"".join(b";\n boundary*%d=b" % each for each in range(5_000))
    + b"\n\n--bb\n\nx\n",
    "a part of a message": PERSON
    + b'Content-Type: message/partial; id="x@y"; number=2; total=99999999\n\nx\n',
    "no boundary": PERSON
    + b"Content-Type: multipart/mixed\n\n--q\nContent-Type: text/plain\n\nHello\n",
    "a file elsewhere": PERSON
    + b"Content-Type: message/external-body; access-type=local-file;\n"
    + b" name=/etc/passwd\n\n",
    "entities": packed(
        b"xml", b"<!DOCTYPE f [<!ENTITY e0 'ha'>%b]><feedback>&e59;</feedback>" % LAUGHS
    ),
    "an entity elsewhere": packed(
        b"xml",
        b"<!DOCTYPE f [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><feedback>&e;</feedback>",
    ),
    "a zip of zips": packed(b"zip", nested_zip(5)),
    "JSON in JSON": packed(b"json", b'{"a":' * 100_000),
    "a long number": packed(b"json", b'{"a":' + b"9" * 100_000 + b"}"),
}
LARGE = {
    "a text of 30 MB": DAEMON + b"\n" + b"a@b.example: 550 unknown user\n" * MEGABYTES,
    "boundaries": DAEMON + PARTS + b"--b\n" * (7 * MEGABYTES),
    "enclosed mails": DAEMON
    + PARTS
    + b"--b\nContent-Type: message/rfc822\n\nTo: a@b.example\n\n" * 400_000,
    "enclosed in enclosed": (DAEMON + b"Content-Type: message/rfc822\n\n") * 300_000,
    "fields": DAEMON + b"X-A: b\n" * (4 * MEGABYTES),
    "folded lines": DAEMON + b"X-A: b\n" + b" c\n" * (10 * MEGABYTES),
    "lines that are no field": DAEMON
    + b"what\n" * (5 * MEGABYTES)
    + b"To: a@b.example\n",
    "recipients": DAEMON
    + b"Content-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822; a@b.example\nAction: failed\n\n" * 500_000,
    "quoted-printable": DAEMON
    + b"Content-Transfer-Encoding: quoted-printable\n\n"
    + b"=3D" * (9 * MEGABYTES),
    "uuencode": PERSON
    + b"\nbegin 644 a.bin\n"
    + (b"M" + b"9" * 60 + b"\n") * 400_000
    + b"end\n",
    "yEnc": PERSON + b"\n=ybegin line=128 size=9\n" + bytes(range(256)) * 100_000,
    "TNEF": PERSON
    + PARTS
    + b"--b\nContent-Type: application/ms-tnef; name=winmail.dat\n"
    + b"Content-Transfer-Encoding: base64\n\n"
    + base64.b64encode(b"\x78\x9f\x3e\x22" + b"\xff" * (20 * MEGABYTES)),
    "a zip bomb": packed(b"zip", zipped(b"<feedback>" + bytes(100 * MEGABYTES))),
    "a gzip bomb": packed(b"gzip", gzipped(1_000)),
    "a bzip2 bomb": packed(b"zip", zipped(bytes(100 * MEGABYTES), zipfile.ZIP_BZIP2)),
}
HEAVY = {  # each may be given up for its time or memory
    "memory of LZMA": packed(b"zip", huge_dictionary()),
    "elements in elements": packed(b"xml", b"<feedback>" * 900_000),
    "many elements": packed(
        b"gzip", gzip.compress(b"<feedback>" + b"<r/>" * 2_490_000 + b"</feedback>")
    ),
    "many attributes": packed(
        b"xml",
        b"<feedback %b/>" % b" ".join(b"a%d='1'" % each for each in range(500_000)),
    ),
    "many reports": REPORT
    + PARTS
    + (
        b"--b\nContent-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n"
        + base64.b64encode(gzip.compress(b"<feedback>" + b"<r/>" * 2_490_000))
        + b"\n"
    )
    * 10,
    "large enclosed mails": DAEMON
    + PARTS
    + (b"--b\nContent-Type: message/rfc822\n\n" + b"X: y\n" * 45_000 + b"\n") * 99,
}
