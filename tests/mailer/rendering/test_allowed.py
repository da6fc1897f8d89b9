"""A letter has only allowed elements, addresses and styles, however it was written."""

import shutil
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest

from mailer.errors import ContentError
from mailer.rendering import template_files
from mailer.rendering.allowed import letters, styles
from mailer.rendering.checks import lint
from mailer.rendering.render import render
from mailer.rendering.source import Block
from tools.checkout import TEMPLATES
from tools.samples import SAMPLES, letter, source

URL = "https://letters.example"
LOAD = "https://tracker.example/p.gif"
MINE = "monthly-letter/body.mjml, line 3"
HIDDEN = {
    "script": "<mj-text><s{##}cript>alert(1)</s{##}cript></mj-text>",
    "image": f'<mj-text><i{{##}}mg alt="" sr{{##}}c="{LOAD}"></i{{##}}mg></mj-text>',
    "frame": f'<mj-text><i{{##}}frame sr{{##}}c="{LOAD}"></i{{##}}frame></mj-text>',
    "form": "<mj-text><f{##}orm><i{##}nput></f{##}orm></mj-text>",
    "svg": "<mj-text><s{##}vg></s{##}vg></mj-text>",
    "link script": '<mj-text><a hre{##}f="javascript:alert(1)">x</a></mj-text>',
    "link entity": '<mj-text><a href="java&#115;cript:alert(1)">x</a></mj-text>',
    "link data": '<mj-text><a hre{##}f="da{##}ta:text/html,x">x</a></mj-text>',
    "link file": '<mj-text><a hre{##}f="file:/etc/passwd">x</a></mj-text>',
    "link host": '<mj-text><a href="/{##}/tracker.example">x</a></mj-text>',
    "link value": '{% set j = "javascript" %}'
    '<mj-text><a href="{{ j }}:alert(1)">x</a></mj-text>',
    "link plain": '<mj-text><a href="{{ "https://evil.example/" }}">x</a></mj-text>',
    "link alike": f'<mj-text><a href="{{{{ "{URL}.evil.example/" }}}}">x</a></mj-text>',
    "image value": f'<mj-text><img alt="" src="{{{{ "{LOAD}" }}}}" /></mj-text>',
    "mj-image value": f'<mj-image alt="" src="{{{{ "{LOAD}" }}}}" />',
    "handler": '<mj-text><p on{##}click="alert(1)">x</p></mj-text>',
    "style": f'<mj-text><p style="background:ur{{##}}l({LOAD})">x</p></mj-text>',
    "style value": f'<mj-text><p style="background:{{{{ "url({LOAD})" }}}}">x</p>'
    "</mj-text>",
    "style escape": f'<mj-text><p style="background:u\\72l({LOAD})">x</p></mj-text>',
    "expression": '<mj-text><p style="width:{{ "expression(alert(1))" }}">x</p>'
    "</mj-text>",
    "behavior": '<mj-text><p style="behavior:x">x</p></mj-text>',
    "position": '<mj-text><p style="position:fixed">x</p></mj-text>',
    "comment": "<mj-text><!-- a remark --></mj-text>",
    "Outlook": f'<mj-raw><!--[if mso]><img src="{LOAD}"><![endif]--></mj-raw>',
    "Outlook link": f'<mj-raw><!--[if mso]><a href="{LOAD}">x</a><![endif]--></mj-raw>',
    "background": f'<mj-section back{{##}}ground-url="{LOAD}"></mj-section>',
    "short name": "<mj-text><o:p></o:p></mj-text>",
    "cdata": "<mj-text><![CDATA[x]]></mj-text>",
    "depth": "<mj-text>" + "<div title='<'>" * 200 + "</div>" * 200 + "</mj-text>",
    "Outlook VML": f'<mj-text><!--[if mso]><v:x src="{LOAD}"/><![endif]--></mj-text>',
}


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    copy = tmp_path / "templates"
    shutil.copytree(TEMPLATES, copy)
    return copy


def found(templates: Path, body: str) -> str:
    """Return where and why a body of the monthly letter is refused.

    The gate shows what `lint` finds first; rendering refuses the letter in any case.
    """
    whole = '{% extends "_layout/letter.mjml" %}\n{% block body %}\n' + body
    path = templates / "monthly-letter" / "body.mjml"
    path.write_text(whole + "\n{% endblock %}", encoding="utf-8")
    files = template_files.read(templates)
    linted = next(lint.lint(files, "monthly-letter"), None)
    with pytest.raises(ContentError) as refusal:
        render(source("monthly-letter", "en"), files)
    return str(refusal.value) if linted is None else f"{linted.where}: {linted.what}"


@pytest.mark.parametrize("body", HIDDEN.values(), ids=HIDDEN)
def test_what_a_template_hides_is_refused_with_its_line(
    templates: Path, body: str
) -> None:
    assert found(templates, body).startswith(f"{MINE}: ")


def test_an_element_that_mjml_does_not_accept_is_refused(templates: Path) -> None:
    body = f'<mj-text><b{{##}}ase hre{{##}}f="{LOAD}"></b{{##}}ase></mj-text>'

    assert found(templates, body).startswith("monthly-letter/body.mjml: not valid MJML")


@pytest.mark.parametrize("place", ["monthly-letter/raw.txt", "zz/part.mjml"])
def test_what_an_included_file_writes_is_refused(templates: Path, place: str) -> None:
    path = templates / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("<mj-text><script>alert(1)</script></mj-text>", encoding="utf-8")

    assert ", line " in found(templates, f'{{% include "{place}" %}}')


@pytest.mark.parametrize(
    "css",
    [
        '@import url("https://evil.example/x.css");',
        "p { background: u\\72l(x) }",
        "@font-face { font-family: x }",
        "p { -moz-binding: x }",
        "p { background: url(//evil.example/x) }",
        "@media screen { p { behavior: x } }",
    ],
)
def test_a_style_sheet_of_the_layout_loads_nothing(templates: Path, css: str) -> None:
    path = templates / "_layout" / "letter.mjml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<mj-style>", f"<mj-style>{css}"), encoding="utf-8")

    with pytest.raises(ContentError, match=r"_layout/letter\.mjml, line \d+: "):
        render(source("monthly-letter", "en"), template_files.read(templates))


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_the_bundled_letters_have_nothing_that_is_refused(
    name: str, language: str
) -> None:
    assert letter(name, language).html


def test_elements_without_an_end_are_not_nested(templates: Path) -> None:
    inside = "<br>" * 300 + '<img src="cid:a" alt="x"/>' * 300
    path = templates / "monthly-letter" / "body.mjml"
    path.write_text(
        '{% extends "_layout/letter.mjml" %}{% block body %}<mj-section><mj-column>'
        f"<mj-text>{inside}</mj-text></mj-column></mj-section>{{% endblock %}}",
        encoding="utf-8",
    )
    letter = render(source("monthly-letter", "en"), template_files.read(templates))

    assert letter.html.count("<br") >= 300


@pytest.mark.parametrize("words", ["a > b", "a < b", "<b>a</b>", "a -> b <script>"])
def test_an_author_may_describe_a_picture_with_any_sign(words: str) -> None:
    text = f'![{words}](cid:a.png) [c](https://any.example/ "{words}")'
    block = Block(id="a", type="note", title="A", fields={}, text=text)
    whole = replace(source("monthly-letter", "en"), blocks=(block,))
    html = render(whole, template_files.read(TEMPLATES)).html
    shown = escape(words)

    assert f'alt="{shown}"' in html
    assert f'title="{shown}"' in html


def test_an_author_may_link_to_any_https_host_and_a_template_may_not() -> None:
    text = "[One](https://any.example/a?b=c&d=%20é) ![two](cid:a.png) <a@b.example>"
    fields = {"link": "https://other.example/", "label": "Three"}
    blocks = (
        Block(id="a", type="note", title="A", fields=fields, text=text),
        Block(id="b", type="button", title="", fields=fields, text=""),
    )
    whole = replace(source("monthly-letter", "fr"), blocks=blocks)
    html = render(whole, template_files.read(TEMPLATES)).html

    assert 'href="https://other.example/"' in html
    refused = list(letters.refused(html, site_url=URL, authors=frozenset()))
    assert {each.part for each in refused} == {
        "https://any.example/a?b=c&d=%20%C3%A9",
        "https://other.example/",
    }


@pytest.mark.parametrize(
    "html",
    [
        "<p\n>x < y</p>",
        "<p class='x'>x</p>",
        "<p class=x>x</p>",
        "<?xml x?>",
        "<![CDATA[x]]>",
        "<!--[if mso]><!--x--><![endif]-->",
        "<!---->",
        '<meta http-equiv="refresh" content="0">',
        '<a href=" https://letters.example/ ">x</a><a href="relative">x</a>',
        "<style>p{color:red}",
    ],
)
def test_html_that_cannot_be_read_for_certain_is_refused(html: str) -> None:
    assert list(letters.refused(html, site_url=URL, authors=frozenset()))


def test_the_styles_of_letters_are_allowed() -> None:
    allowed_styles = "color:#fff !important;font-family:'Segoe UI', Arial;margin:0 auto"
    assert styles.declarations_fault(allowed_styles) == ("", "")
    assert styles.declarations_fault("marginal:0")[1] == "marginal:0"


@pytest.mark.parametrize("escaped", [r"ur\6c (x)", r"\75rl(x)", r"a\28 x)", "\\"])
def test_a_style_with_an_escape_is_refused(escaped: str) -> None:
    """The space ends an escape, so that mail programs may read the first as url(."""
    assert "backslash" in styles.declarations_fault(f"color:{escaped}")[0]
    assert "backslash" in styles.sheet_fault(f"p {{ color: {escaped} }}")[0]
