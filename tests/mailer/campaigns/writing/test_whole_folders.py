"""Whole folders and PO files as people make them: refused with places, or all kept."""

import re
import tempfile
import unicodedata
from pathlib import Path

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from mailer.campaigns.writing import folder, parsing
from mailer.campaigns.writing.translation import units
from mailer.errors import ContentError
from mailer.rendering.markup import markdown
from mailer.rendering.source import Translation
from tests.acts import campaigning, writing
from tests.acts.pictures import png

PDF = b"%PDF-1.4\n%%EOF\n"
PLACES = ["files/", "files/fr/", "files/EN/", "files/de/", "files/images/", "", "附件/"]
NAMES = ["a.pdf", "A.PDF", "é.pdf", "e\u0301.pdf", "list.csv", "logo@2x.png", "a.docx"]
CONTENTS = [
    PDF,
    png(40, 20),
    png(40, 20)[:12],
    b"",
    "Prénom;Pays\n".encode(),
    "Prénom;Pays\n".encode("cp1252"),
    "Имя;Страна\nАнна;Россия\n".encode("cp1251"),
    "姓名;国家\n".encode("utf-16-le"),
    b"MZ\x90\x00",
]
LEFT_BY_SYSTEMS = [".DS_Store", "files/Thumbs.db", "files/.~lock.a.odt#"]
FILES = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(NAMES)).map("".join),
    st.sampled_from(CONTENTS),
    min_size=1,
    max_size=3,
)
EASY = st.dictionaries(
    st.sampled_from(["files/a.pdf", "files/fr/été.pdf", "files/en/b.pdf"]),
    st.just(PDF),
    min_size=1,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    files=st.one_of(FILES, EASY),
    languages=st.sets(st.sampled_from(["fr", "ar", "de"])),
    rubbish=st.sets(st.sampled_from(LEFT_BY_SYSTEMS)),
)
def test_a_folder_is_refused_with_places_or_each_file_goes_with_a_letter(
    files: dict[str, bytes], languages: set[str], rubbish: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        texts = dict.fromkeys({"en", *languages}, campaigning.TEXT)
        path = campaigning.write(Path(place), **texts)
        for name, octets in {**files, **dict.fromkeys(rubbish, b"x")}.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(octets)
        try:
            read = folder.read(path)
        except ContentError as refused:
            for each in str(refused).split("\n"):
                assert re.match(rf"{path.name}/[^:]+: \S", each), each
            return
    event("a campaign")
    names = {unicodedata.normalize("NFC", Path(name).name) for name in files}
    assert {each.name for each in read.files} == names
    assert len(read.files) == len(files)
    assert all(each.language in {"", *texts} for each in read.files)


def shown(text: str) -> str:
    return markdown.to_html(text, level=2, start="left")


def words(translation: Translation) -> list[tuple[str, str, dict[str, str], str]]:
    return [
        (b.id, b.title, dict(b.fields), re.sub(r"\s+", " ", shown(b.text)))
        for b in translation.blocks
    ]


def parsed(text: str, language: str) -> Translation:
    return parsing.parse(
        text,
        language=language,
        types=writing.TYPES,
        allowed=tuple(writing.TYPES),
        where="a.md",
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(writing.files())
def test_any_text_comes_back_from_translators_as_it_was(
    written: tuple[str, str],
) -> None:
    language, text = written
    try:
        source = parsed(text, language)
    except ContentError:
        return
    event("a text")
    exported = units.source_units(source, writing.TYPES)
    translated = units.align(exported, source)

    made = units.to_markdown(source, source, translated, writing.TYPES)

    assert words(parsed(made, language)) == words(source)
