"""A PO file made to exhaust memory or time is refused in one sentence."""

import os
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest

from mailer import regular_files
from mailer.campaigns.writing.translation import po_file
from mailer.errors import ContentError

HEAD = """msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset={}\\n"
"""
UTF_8 = HEAD.format("utf-8")
PLURAL = 'msgctxt "subject"\nmsgid "one"\nmsgid_plural "many"\nmsgstr[0] "x"\n'


def forms(text: str) -> str:
    return f'{UTF_8}"Plural-Forms: {text}\\n"\n\n'


HOSTILE = {
    "plurals": forms("nplurals=400000000; plural=0;") + PLURAL,
    "plurals of thousands of digits": forms(f"nplurals={'9' * 5_000}; plural=0;"),
    "plurals in two pieces": f'{UTF_8}"Plural-Forms: nplu"\n"rals=400000000;'
    ' plural=0;\\n"\n\n' + PLURAL,
    "plurals with spaces": forms("nplurals   =   90000000; plural=0;") + PLURAL,
    "no plural form": forms("nplurals=0; plural=0;"),
    "a long rule of plurals": forms(f"nplurals=2; plural={'(' * 5_000}n;"),
    "a rule that is code": forms("nplurals=2; plural=__import__('os');"),
    "a second header": forms("nplurals=2; plural=n>1;")
    + forms("nplurals=90000000; plural=0;"),
    "a plural": f"{UTF_8}\n{PLURAL}",
    "a plural that is obsolete": f'{UTF_8}\n#~ msgid_plural "many"\n',
    "UTF-7": HEAD.format("utf-7") + "\n+AG0-sgid_plural",
    "UTF-16": HEAD.format("utf-16"),
    "a transformation": HEAD.format("zlib_codec"),
    "an unknown encoding": HEAD.format("nothing-1"),
    "another encoding": HEAD.format("utf-8") + 'msgid "\udcff"\nmsgstr ""\n',
    "many entries": UTF_8
    + "".join(f'msgid "{n}"\nmsgstr ""\n\n' for n in range(9_000)),
    "one long line": f'{UTF_8}\nmsgid "{"x" * 1_000_000}"\nmsgstr ""\n',
    "too many octets": UTF_8 + "\n" * po_file.MAX_FILE,
    "no file of this kind": "[" * 100_000,
}
LARGE = {
    "comments": UTF_8 + "\n" + "# a\n" * 490_000,
    "references": UTF_8 + "\n" + "#: a:1 b:2\n" * 180_000,
    "flags": UTF_8 + "\n" + "#, fuzzy, c-format\n" * 100_000 + 'msgid "a"\nmsgstr ""\n',
    "previous texts": UTF_8 + "\n" + '#| msgid "a"\n' * 140_000,
    "pieces of a text": UTF_8 + '\nmsgid ""\n' + '"aaaa"\n' * 270_000 + 'msgstr ""\n',
    "escapes": UTF_8 + '\nmsgid ""\n' + f'"{chr(92) * 1000}"\n' * 1_900 + 'msgstr ""\n',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_at_once_in_one_sentence(name: str) -> None:
    octets = HOSTILE[name].encode("utf-8", "surrogateescape")
    began = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(ContentError) as refused:
            po_file.catalogue(octets, "fr.po")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert refused.value.where.startswith("fr.po")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300
    assert peak < 50_000_000
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("name", LARGE)
def test_a_large_file_is_read_or_refused_in_a_few_seconds(name: str) -> None:
    began = time.monotonic()
    with suppress(ContentError):
        po_file.catalogue(LARGE[name].encode(), "fr.po")

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "stated",
    [
        "nplurals=2; plural=(n > 1);",
        "nplurals=1; plural=0;",
        "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);",
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%9>3 ? 3 : n ? 4 : 5);",
    ],
)
def test_the_plural_forms_of_translators_tools_are_read(stated: str) -> None:
    text = forms(stated) + 'msgid "a"\nmsgstr "b"\n'

    made = po_file.catalogue(text.encode(), "fr.po")

    assert [message.string for message in made if message.id] == ["b"]


ENTRY = 'msgctxt "a/title"\nmsgid "A"\nmsgstr {}\n'


@pytest.mark.parametrize(
    ("entries", "line", "what"),
    [
        (ENTRY.format('"Lettre'), 8, "expected msgid"),
        (ENTRY.format('Lettre"'), 8, "expected msgid"),
        (ENTRY.format('"Le "B""'), 8, "for a quotation mark in a text"),
        (ENTRY.format('"Lettre" x'), 8, "expected msgid"),
        (ENTRY.format('"Lettre\\"'), 8, "expected msgid"),
        (ENTRY.format("“Lettre”"), 8, "expected msgid"),
        (ENTRY.format('""\n"Lettre\n"'), 9, "expected msgid"),
        ("<<<<<<< HEAD\n" + ENTRY.format('"L"'), 6, "expected msgid"),
        (ENTRY.format('"L"') + "\n" + ENTRY.format('"M"'), 10, "a/title is here twice"),
    ],
)
def test_what_the_parser_would_take_wrongly_is_refused_with_its_line(
    entries: str, line: int, what: str
) -> None:
    with pytest.raises(ContentError, match=rf"^a\.po, line {line}: .*{what}"):
        po_file.catalogue(f"{UTF_8}\n{entries}".encode(), "a.po")


def test_a_quotation_mark_in_a_text_is_read() -> None:
    entry = ENTRY.format('"Le \\"B\\", \\\\ "\n"fin"')

    (message,) = list(po_file.catalogue(f"{UTF_8}\n{entry}".encode(), "a.po"))[1:]

    assert message.string == 'Le "B", \\ fin'


def test_a_file_in_another_usual_encoding_is_read() -> None:
    text = HEAD.format("ISO-8859-1") + '\nmsgid "a"\nmsgstr "été"\n'

    made = po_file.catalogue(text.encode("iso-8859-1"), "fr.po")

    assert [message.string for message in made if message.id] == ["été"]


@pytest.mark.parametrize("kind", ["device", "pipe", "large", "folder"])
def test_only_a_regular_file_of_limited_size_is_taken(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "fr.po"
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        with path.open("wb") as sparse:
            sparse.truncate(2_000_000_000)
    began = time.monotonic()

    with pytest.raises((ContentError, IsADirectoryError)):
        regular_files.read_one(path, limit=po_file.MAX_FILE)

    assert time.monotonic() - began < 1
