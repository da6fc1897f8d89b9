"""A template is checked before it is used, and cannot crash the process."""

import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mailer.campaigns.review import gate
from mailer.clock import now
from mailer.errors import ContentError
from mailer.rendering import letter_types, renderer
from mailer.rendering.checks import lint
from mailer.rendering.checks.problem import Severity
from mailer.rendering.language import catalogues
from mailer.rendering.template_files import read
from mailer.sites.site import Site
from tests.acts import campaigning
from tools import samples
from tools.checkout import TEMPLATES
from tools.samples import source

EXTENDS = '{% extends "_layout/letter.mjml" %}\n{% block body %}\n'
TWICE = (
    "{% macro a(n) %}{% if n %}{{ a(n[1:]) }}{{ a(n[1:]) }}{% endif %}{% endmacro %}"
)
DOUBLED = "{% set x = x ~ x %}\n" * 40


@pytest.fixture
def store() -> str:
    """Return one store: the tests do not depend on it."""
    return "sqlite"


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    copy = tmp_path / "templates"
    shutil.copytree(TEMPLATES, copy)
    return copy


def with_body(templates: Path, body: str) -> Path:
    (templates / "monthly-letter" / "body.mjml").write_text(body, encoding="utf-8")
    return templates


@pytest.mark.parametrize("name", letter_types.names(samples.templates()))
def test_the_bundled_templates_have_no_problem(name: str) -> None:
    assert list(lint.lint(samples.templates(), name)) == []


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("<mjml>\n<mj-body>\n<mj-text>x</mj-text></mj-body></mjml>", "in <mj-body>"),
        ("<mj-column>\n\n<mj-foo /></mj-column>", "<mj-foo> is not an element"),
        ("\n\n<mj-text foo='1'>x</mj-text>", "<mj-text> has no attribute foo"),
        ("\n\n<mj-text><p onclick='x'>x</p></mj-text>", "has no attribute onclick"),
        ("\n\n<mj-text><script>x</script></mj-text>", "<script> is not an element"),
        ("\n\n<mj-include path='x' />", "<mj-include> is not allowed"),
        ("\n\n<mj-text>x", "<mj-text> is opened and never closed"),
        ("<mj-text>\n<p>x\n</mj-text>", "found </mj-text>; expected </p> for line 2"),
        ("\n\n<mj-text><img src='x.png' /></mj-text>", "<img> has no alt"),
        (
            "\n\n<mj-image alt='' src='http://a.example/x' />",
            "must not be a web address",
        ),
        (
            "\n\n<mj-text><p style='background:url(x)'>x</p></mj-text>",
            "must not load files",
        ),
        (
            "\n\n<mj-section><p>x</p></mj-section>",
            "is in <mj-section>; expected in <mj-text>",
        ),
        ("\n\n<mj-text>a < b</mj-text>", "a < that opens no tag"),
        ("\n\n" + "<div>" * 2000, "nested more than 60 deep"),
    ],
)
def test_markup_that_is_not_allowed_is_refused_with_its_line(
    body: str, what: str
) -> None:
    first = next(lint.markup(body, "body.mjml"))

    assert what in first.what
    assert first.where == "body.mjml, line 3"


@pytest.mark.prove
@pytest.mark.parametrize(
    ("body", "what"),
    [
        (EXTENDS + "{{ missing }}{% endblock %}", "'missing' is undefined"),
        (EXTENDS + "{{ ''.__class__ }}{% endblock %}", "not allowed"),
        (
            EXTENDS + "{% include '../../etc/passwd' %}{% endblock %}",
            "there is no file",
        ),
        (EXTENDS + "{% for i in range(9) %}{% endfor %}{% endblock %}", "not allowed"),
        (
            EXTENDS + "{{ 'x' * 1000000000 }}{% endblock %}",
            "not allowed: the operator *",
        ),
        (
            EXTENDS + "{{ 'x'.ljust(1000000000) }}{% endblock %}",
            "not allowed: a template calls macros and super() only",
        ),
        (EXTENDS + TWICE + f"{{{{ a('{'x' * 40}') }}}}{{% endblock %}}", "more time"),
        (EXTENDS + "{% if %}{% endblock %}", "not a valid template"),
    ],
)
def test_a_template_with_a_fault_is_refused_with_its_line(
    templates: Path, body: str, what: str
) -> None:
    with_body(templates, body)

    with pytest.raises(ContentError, match=r"body\.mjml, line 3: ") as refusal:
        renderer.kept.render(source("monthly-letter", "en"), read(templates))

    assert what in refusal.value.sentence


FRENCH = "locale/fr/LC_MESSAGES/liaison.po"


@pytest.mark.parametrize(
    ("path", "mark", "text"),
    [
        ("monthly-letter/template.toml", "", "a = " + "[" * 9_000),
        ("_layout/blocks.toml", "", "a = " + "1" * 9_000),
        (FRENCH, "msgid", 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n\n'),
        (FRENCH, " plural=", " plural=" + "(" * 9_000),
    ],
)
def test_a_file_that_exhausts_its_reader_is_refused_with_its_name(
    templates: Path, path: str, mark: str, text: str
) -> None:
    before = (templates / path).read_text(encoding="utf-8")
    (templates / path).write_text(before.replace(mark, text + mark, 1), "utf-8")
    files = read(templates)

    with pytest.raises(ContentError) as refusal:
        catalogues.load(files, "fr")
        letter_types.load(files, "monthly-letter")
        letter_types.block_types(files)
    assert refusal.value.where == path


def test_a_block_that_shows_itself_is_refused(templates: Path) -> None:
    with_body(templates, EXTENDS + "{{ self.body() }}{% endblock %}")
    with pytest.raises(ContentError, match=r"body\.mjml, line \d: .*without end"):
        renderer.kept.render(source("monthly-letter", "en"), read(templates))


def test_a_template_may_add_to_a_block_of_the_layout(templates: Path) -> None:
    added = "{{ super() }}<mj-section><mj-column><mj-text>More</mj-text></mj-column>"
    with_body(templates, EXTENDS + added + "</mj-section>{% endblock %}")
    letter = renderer.kept.render(source("monthly-letter", "en"), read(templates))

    assert letter.html.index("More") > letter.html.index("</h1>")


def test_a_template_that_needs_much_memory_does_not_end_the_process(
    templates: Path,
) -> None:
    with_body(templates, EXTENDS + "{% set x = 'x' %}\n" + DOUBLED + "{% endblock %}")

    with pytest.raises(ContentError, match="more memory than a letter may"):
        renderer.kept.render(source("monthly-letter", "en"), read(templates))


async def test_the_gate_names_the_file_and_the_line(site: Site, tmp_path: Path) -> None:
    campaign = await campaigning.add(site, campaigning.write(tmp_path))
    with_body(site.templates_folder, EXTENDS + "<mj-foo />{% endblock %}")

    checked = await gate.check(site, campaign, now=now())

    assert (Severity.ERROR, "monthly-letter/body.mjml, line 3") in [
        (each.level, each.where) for each in checked.problems
    ]


@pytest.mark.prove
def test_a_template_that_loops_only_for_one_reader_ends_in_a_sentence(
    templates: Path,
) -> None:
    loops = TWICE + f"{{{{ a('{'x' * 60}') }}}}"
    body = f"{{% if sender_name == 'Looping' %}}{loops}{{% endif %}}{{% endblock %}}"
    with_body(templates, EXTENDS + body)
    good = source("monthly-letter", "en")
    own = renderer.Renderer()
    started = time.monotonic()

    assert own.render(good, read(templates)).html
    with pytest.raises(ContentError, match="more time than a letter may"):
        own.render(replace(good, sender_name="Looping"), read(templates))
    assert own.render(good, read(templates)).html
    assert time.monotonic() - started < renderer.TIMEOUT
    own.close()


@pytest.mark.parametrize("tag", ["<div>", '<div title="<">', "<div><!-- </div> -->"])
def test_deep_nesting_ends_the_child_at_most(templates: Path, tag: str) -> None:
    body = f"<mj-text>{tag * 20_000}x{'</div>' * 20_000}</mj-text>{{% endblock %}}"
    with_body(templates, EXTENDS + body)

    with pytest.raises(ContentError, match=r"monthly-letter/body\.mjml"):
        renderer.kept.render(source("monthly-letter", "en"), read(templates))


def test_a_child_that_was_killed_is_replaced(templates: Path) -> None:
    own = renderer.Renderer()
    first = own.render(source("monthly-letter", "en"), read(templates))
    assert own._child is not None
    own._child.kill()
    own._child.wait()

    second = own.render(source("monthly-letter", "en"), read(templates))
    assert second.subject == first.subject
    own.close()


def test_the_child_gets_no_secret_of_the_environment(templates: Path) -> None:
    own = renderer.Renderer()
    own.render(source("monthly-letter", "en"), read(templates))
    assert own._child is not None
    environment = Path(f"/proc/{own._child.pid}/environ").read_bytes()

    assert [each.partition(b"=")[0] for each in environment.split(b"\0") if each] == [
        b"PYTHONPATH"
    ]
    own.close()
