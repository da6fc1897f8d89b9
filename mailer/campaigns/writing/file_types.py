"""The types of files that are sent, and the check that a file is of its type.

The ending of a name says the type; the content must agree. A text is sent in the
encoding that it has, which its media type names.
"""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePath

from audiences.intake.encodings import detect
from audiences.intake.workbooks.archive import DAMAGE

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
_BINARY = {  # ending → media type, and how such a file begins
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".gif": ("image/gif", b"GIF8"),
}
_ARCHIVES = {  # ending → media type, and what such an archive has inside
    ".docx": (f"{_OFFICE}.wordprocessingml.document", "word/document.xml"),
    ".xlsx": (f"{_OFFICE}.spreadsheetml.sheet", "xl/workbook.xml"),
    ".pptx": (f"{_OFFICE}.presentationml.presentation", "ppt/presentation.xml"),
    ".odt": (f"{_OPEN}.text", "content.xml"),
    ".ods": (f"{_OPEN}.spreadsheet", "content.xml"),
}
_INSTEAD = {  # of types that are not sent
    "as .png or .jpg": ".svg .webp .heic .heif .avif .bmp .tif .tiff .ico",
    "as .pdf": ".doc .ppt .rtf .odp .pages .key .txt .md .html .htm .eml .msg",
    "as .xlsx": ".xls .xlsb .numbers .tsv",
    "without macros": ".docm .xlsm .pptm .dotm",
}
_TEXTS = {".csv": "text/csv", ".vcf": "text/vcard"}
MAX_UNPACKED = 200_000_000  # octets of a document's parts
_MACROS = re.compile(  # in a document of Microsoft Office, or of LibreOffice
    r"(?:^|/)vbaProject\.bin$|^xl/macrosheets/|^(?:Basic|Scripts)/.", re.IGNORECASE
)
TYPES = (*_BINARY, *_ARCHIVES, *_TEXTS)
_OTHERS = {  # how files of other types begin
    b"MZ": "a program",
    b"\x7fELF": "a program",
    b"#!": "a program",
    b"PK": "an archive",
    b"Rar!": "an archive",
    b"7z\xbc\xaf": "an archive",
    b"\x1f\x8b": "an archive",
    b"%PDF-": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"{\\rtf": "an RTF text",
}
_MARKUP = re.compile(
    rb"\s*<(?:!doctype|html|head|body|script|table|\?xml|svg)", re.IGNORECASE
)
_UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_WESTERN = {*map(chr, range(0x80)), *"ÀÂÇÈÉÊËÎÏÔÙÛÜàâçèéêëîïôùûüœŒÿæÁÍÓÚÑáíóúñÄÖäößãõ"}
_WESTERN |= set("¿¡«»“”‘’„‚–—…•·€£§©®°ºª\u00a0²³½¼±×")
_WEIGHED = 800  # words
_UNREADABLE = "it is not sure how its characters are to be read; save it as UTF-8"
_NAMES = {  # codecs of Python that mail programs know, by their registered names
    **{f"cp125{number}": f"windows-125{number}" for number in range(9)},
    **{f"iso8859_{number}": f"iso-8859-{number}" for number in (2, 5, 6, 7, 8, 9)},
    "iso8859_13": "iso-8859-13",
    "iso8859_15": "iso-8859-15",
    "koi8_r": "koi8-r",
    "koi8_u": "koi8-u",
    "gb18030": "gb18030",
    "big5": "big5",
    "cp932": "shift_jis",
    "euc_jp": "euc-jp",
    "cp949": "ks_c_5601-1987",
    "cp874": "windows-874",
    "cp850": "ibm850",
    "cp852": "ibm852",
    "cp866": "ibm866",
    "mac_roman": "macintosh",
}


def media_type(name: str, octets: bytes) -> str:
    """Return the media type of a file; raise ValueError if its content is another."""
    ending = PurePath(name).suffix.lower()
    if ending not in TYPES:
        how = next((how for how, of in _INSTEAD.items() if ending in of.split()), "")
        advice = f"save it {how}" if how and ending else f"allowed: {' '.join(TYPES)}"
        raise ValueError(f"files of this type are not sent; {advice}")
    if not octets:
        raise ValueError("the file is empty; remove it or save it again")
    if ending in _BINARY:
        kind, opening = _BINARY[ending]
        if not octets.startswith(opening):
            raise _another(ending, octets)
        return kind
    if ending in _ARCHIVES:
        kind, inside = _ARCHIVES[ending]
        parts = _parts(octets, inside, kind)
        if parts is None:
            raise _another(ending, octets)
        _refuse_risky(parts)
        return kind
    return f"{_TEXTS[ending]}; charset={_charset(ending, octets)}"


def _another(ending: str, octets: bytes) -> ValueError:
    found = next(
        (what for head, what in _OTHERS.items() if octets.startswith(head)), ""
    )
    if _MARKUP.match(octets):
        found = "HTML or XML"
    looks = f", but like {found}" if found else ""
    return ValueError(
        f"does not begin as a {ending} file does{looks}; save it as {ending},"
        " or give it the ending of its type"
    )


def _parts(octets: bytes, inside: str, kind: str) -> dict[str, int] | None:
    """Return the parts of a document and their sizes; None if it is of another kind."""
    try:
        with zipfile.ZipFile(BytesIO(octets)) as archive:
            parts = {each.filename: each.file_size for each in archive.infolist()}
            if kind.startswith(_OPEN) and "mimetype" in parts:
                with archive.open("mimetype") as part:
                    is_of_kind = part.read(len(kind) + 1) == kind.encode("ascii")
            else:
                is_of_kind = inside in parts
    except DAMAGE:
        return None
    return parts if is_of_kind else None


def _refuse_risky(parts: Mapping[str, int]) -> None:
    """Raise ValueError for a document that programs or filters of readers refuse."""
    if any(_MACROS.search(name) for name in parts):
        raise ValueError("the document has macros; save it without them")
    if any(name.startswith("xl/externalLinks/") for name in parts):
        raise ValueError(
            "the workbook has links to other workbooks, which readers are asked about;"
            " break them, and save it again"
        )
    if sum(parts.values()) > MAX_UNPACKED:
        what = f"the document unpacks to more than {MAX_UNPACKED // 1_000_000} MB"
        raise ValueError(f"{what}, which filters of mail refuse; save it as .pdf")


def _charset(ending: str, octets: bytes) -> str:
    """Return the encoding of a text; raise ValueError if it is not a text."""
    if _MARKUP.match(octets.removeprefix(b"\xef\xbb\xbf")) or (
        octets.startswith(tuple(_OTHERS))
    ):
        raise _another(ending, octets)
    charset = _encoding(octets)
    text = decoded(octets)
    if _CONTROL.search(text.replace("\0", "")):
        raise _another(ending, octets)
    if "\0" in text:  # UTF-16 or UTF-32 without a mark
        raise ValueError(_UNREADABLE)
    if ending == ".vcf" and not text.lstrip().upper().startswith("BEGIN:VCARD"):
        raise _another(ending, octets)
    return charset


def decoded(octets: bytes) -> str:
    """Return a text without its mark; raise ValueError if its encoding is not sure."""
    charset = _encoding(octets)
    try:
        return octets.decode("utf-8-sig" if charset == "utf-8" else charset)
    except (UnicodeError, LookupError):
        raise ValueError(_UNREADABLE) from None


def _encoding(octets: bytes) -> str:
    return _UTF_16.get(octets[:2]) or _eight_bit(octets)


def _eight_bit(octets: bytes) -> str:
    """Return the encoding of a text without a mark of UTF-16."""
    try:
        octets.decode("utf-8")
    except UnicodeError:
        ranked = detect.readings(detect.words([octets])[:_WEIGHED])
        western = set(octets.decode("cp1252", "replace")) <= _WESTERN
        if western and not detect.is_sure(ranked):
            return "windows-1252"
        if not detect.is_sure(ranked) or ranked[0].candidate.codec not in _NAMES:
            raise ValueError(_UNREADABLE) from None
        return _NAMES[ranked[0].candidate.codec]
    return "utf-8"
