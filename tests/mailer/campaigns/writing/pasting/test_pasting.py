"""What is pasted from word processors and web pages becomes clean Markdown."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.campaigns.writing.pasting.docx import docx_to_markdown
from mailer.campaigns.writing.pasting.html_pages import to_markdown
from mailer.campaigns.writing.pasting.sections import split
from mailer.errors import ContentError
from tests.acts.pictures import damaged

FIXTURES = Path(__file__).parent / "fixtures"
WORD = """## Thème 1

Les **ONG partenaires** agissent par leurs *réseaux*.

- Participer aux travaux
   - des commissions
1. Premier [lien](https://www.unesco.org/fr)

kept

| Région | ONG |
| --- | --- |
| **Afrique** | 12 |"""
DOCS = """### Thème 1

Les **ONG partenaires** *agissent*.

- Participer
   - des commissions

[le site](https://www.unesco.org/fr)"""
OUTLOOK = """Chers collègues,

voir [la page](https://www.unesco.org/fr) ou ceci ou [écrire](mailto:a@unesco.example).

1. Un
1. Deux\\
   suite

> Une citation"""
WEB = """### Forum on rivers

The forum takes place in [Cotonou](https://example.org/cotonou),\
 on 4 May 2027.

3. three
3. four

| Day | Hour | Place |
| --- | --- | --- |
| 4 May | 10:00 \\| 11:00 |  |
| 5 May |  | Room XI, second floor |

More

text inside"""
EXCEL = """| Secteur | Bureau | Point focal |
| --- | --- | --- |
| ED | Dakar | [ed@unesco.example](mailto:ed@unesco.example) |"""
PAPER = """## Thème 1 Renforcement du dialogue

Acteurs non étatiques, les **ONG partenaires officielles** de l’UNESCO agissent par\
 leurs réseaux, au plus près des *populations*.

### Propositions

- Participer aux travaux
   - des commissions
- Voir [le site](https://www.unesco.org/fr)
1. Premier
1. Second

| Région | ONG |
| --- | --- |
| Afrique | 12 \\| 13 |

2021\\. Une année \\* difficile\\_ \\[sic\\]"""


@pytest.mark.parametrize(
    ("name", "markdown"),
    [
        ("word.html", WORD),
        ("excel.html", EXCEL),
        ("docs.html", DOCS),
        ("outlook.html", OUTLOOK),
        ("libreoffice.html", PAPER),
    ],
)
def test_html_of_the_clipboard_becomes_markdown(name: str, markdown: str) -> None:
    assert to_markdown((FIXTURES / name).read_text(encoding="utf-8")) == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("CO<sub>2</sub>, 10 m<sup>2</sup>", "CO₂, 10 m²"),
        ("10<sup>-3</sup> x<sup>n</sup>", "10⁻³ xn"),
        ("1<sup>er</sup> et 2<sup>nd</sup>", "1er et 2nd"),
        ("H<span style='font-size:0.6em;vertical-align:sub;'>2</span>O", "H₂O"),
        (
            "<sup>1<span style='vertical-align: baseline'>2</span></sup>",
            "¹2",
        ),
        ("<td style='vertical-align:top'>5</td>", "5"),
        ("mot<sup>[1]</sup>", "mot\\[1\\]"),
    ],
)
def test_figures_above_and_below_the_line_stay_there(html: str, markdown: str) -> None:
    assert to_markdown(html) == markdown


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(words: str, look: str = "") -> str:
    space = 'xml:space="preserve"'
    return f"<w:r><w:rPr>{look}</w:rPr><w:t {space}>{words}</w:t></w:r>"


def paragraph(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def styled(words: str, style: str) -> str:
    return paragraph(run(words), f'<w:pStyle w:val="{style}"/>')


def listed(inner: str, number: int, level: int = 0) -> str:
    return paragraph(
        inner,
        f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>',
    )


def cells(*words: str) -> str:
    inner = "".join(f"<w:tc>{paragraph(run(each))}</w:tc>" for each in words)
    return f"<w:tr>{inner}</w:tr>"


BULLET = "".join(
    f'<w:lvl w:ilvl="{n}"><w:numFmt w:val="bullet"/></w:lvl>' for n in range(2)
)
DECIMAL = '<w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>'
BODY = [
    styled("Thème 1 Renforcement du dialogue", "Titre1"),
    paragraph(
        run("Acteurs non étatiques, les ")
        + run("ONG partenaires ", "<w:b/><w:bCs/>")
        + run("officielles", "<w:b w:val='true'/>")
        + run(" de l’UNESCO agissent par leurs réseaux, ", "<w:b w:val='false'/>")
        + run("not seen", "<w:vanish/>")
        + "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>"
        + f"<w:ins>{run('au plus près des ')}</w:ins>"
        + run("populations", "<w:i/>")
        + run(".")
    ),
    paragraph(""),
    styled("Propositions", "Titre2"),
    listed(run("Participer aux travaux"), 1),
    listed(run("des commissions"), 1, 1),
    listed(
        f'{run("Voir ")}<w:hyperlink xmlns:r="{R}" r:id="rId2">{run("le site")}'
        "</w:hyperlink>",
        1,
    ),
    listed(run("Premier"), 2),
    listed(run("Second"), 2),
    f"<w:tbl>{cells('Région', 'ONG')}{cells('Afrique', '12 | 13')}</w:tbl>",
    paragraph(run("2021. Une année * difficile_ [sic]")),
]


def test_a_word_document_becomes_markdown() -> None:
    octets = document(
        f"<w:document {W}><w:body>{''.join(BODY)}</w:body></w:document>",
        styles=f"<w:styles {W}>"
        + "".join(
            f'<w:style w:styleId="Titre{n}"><w:name w:val="heading {n}"/></w:style>'
            for n in (1, 2)
        )
        + "</w:styles>",
        numbering=f"<w:numbering {W}>"
        f'<w:abstractNum w:abstractNumId="5">{BULLET}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="6">{DECIMAL}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="6"/></w:num></w:numbering>',
        relations='<Relationships><Relationship Id="rId2"'
        ' Target="https://www.unesco.org/fr"/></Relationships>',
    )
    assert docx_to_markdown(octets) == PAPER


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<script>alert(1)</script>a<style>b</style>", "a"),
        (
            "<ol></ol><ul><!--StartFragment--><li>a<li>b<!--EndFragment--></ul>c",
            "- a\n- b",
        ),
        ("<p># not a heading<p>- no list<p>> no quote", None),
        ("&lt;b&gt; <i> </i><b></b>", "\\<b>"),
        ("<td>a<td>b", "a\n\nb"),
        ("<table><tr><td>one<tr><td>two</table>", "one\n\ntwo"),
        ("</div></b></table>a</p>", "a"),
        ("<a href='data:text/html,x'>a</a> <a href='http://[x'>b</a>", "a b"),
        ("<a href='https://x.example/a b)\"&lt;c'>a</a>", None),
        ("<h1>a<br>b</h1>", "## a b"),
        ("a<!-- b --><![if x]>c<!-->d<![x[ y", "acd"),
        ("a < b <c", "a \\< b \\<c"),
        ("<table><tr><td>a<td>b<tr><td>c", "| a | b |\n| --- | --- |\n| c |  |"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n   - b\n- c"),
        ("{organisation}", "{organisation}"),
        ("", ""),
    ],
)
def test_odd_html_becomes_words(html: str, markdown: str | None) -> None:
    found = to_markdown(html)
    if markdown is not None:
        assert found == markdown
    assert "<script" not in found
    assert not found.startswith(("# ", "- no", "> "))


@given(st.text(alphabet="<>/ab\"'=&;ulipdtrh123 \n-!", max_size=300))
def test_any_text_is_read(html: str) -> None:
    to_markdown(html)


PARTS = {
    "styles": "word/styles.xml",
    "numbering": "word/numbering.xml",
    "relations": "word/_rels/document.xml.rels",
}


def document(xml: str, **parts: str) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)
        for name, text in parts.items():
            archive.writestr(PARTS[name], text)
    return octets.getvalue()


BOMB = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"PK\x03\x04",
        document(BOMB),
        document("<a>"),
        document(" " * 10_000_001),
        document("\x00"),
        document("<a>" + "<b/>" * 900_000 + "</a>"),
        damaged("word/document.xml"),
    ],
)
def test_what_is_no_word_document_is_refused_in_a_sentence(octets: bytes) -> None:
    with pytest.raises(ContentError, match=r"\.docx|bring it in parts"):
        docx_to_markdown(octets)


def test_a_text_is_split_at_its_headings() -> None:
    found = split("Before\n\n## One **bold**\n\na\n\n### Sub\n\nb\n\n## Two")
    assert [(each.title, each.text) for each in found] == [
        ("", "Before"),
        ("One bold", "a\n\n### Sub\n\nb"),
        ("Two", ""),
    ]


def test_a_web_page_leaves_its_menus_and_keeps_numbers_and_empty_cells() -> None:
    html = (FIXTURES / "web.html").read_text(encoding="utf-8")
    assert to_markdown(html) == WEB


def test_figures_of_word_stay_above_and_below_the_line() -> None:
    look = '<w:vertAlign w:val="{}"/>'
    words = [run("CO"), run("2", look.format("subscript")), run(" sur 10 m")]
    words.append(run("2", look.format("superscript")))

    body = f"<w:document {W}><w:body>{paragraph(''.join(words))}</w:body></w:document>"

    assert docx_to_markdown(document(body)) == "CO₂ sur 10 m²"
