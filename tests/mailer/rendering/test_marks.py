"""No value can act as a placeholder, whatever it contains."""

from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences.entry import Correspondent, Entry
from mailer.composing import skeletons
from mailer.composing.compose import Addressed, Composer
from mailer.errors import ContentError
from mailer.links import Stamp
from mailer.rendering import marks, tasks
from mailer.rendering.marks import Field
from mailer.rendering.render import render
from mailer.rendering.source import Block, Letter, Source
from tests.acts import reading
from tests.acts.composing import ENVELOPE, SIGNER
from tools.samples import source, templates

SECOND = "fedcba9876543210"
READER = Addressed(
    address="reader@enda.example", name="READER NAME", organisation="READER ORG"
)
SIGNED = SIGNER.message(Stamp(b"", 1, b""))
PLAIN = source("directory-update", "en")
EARLIER = render(PLAIN, templates()).marks
FORGED = [
    *(EARLIER.of(field) for field in Field),
    *(marks.Marks(SECOND).of(field) for field in Field),
    EARLIER.title,
    f"zq{EARLIER.nonce}",
    *("zq", "qz", "zq9fieldto9qz", "zq9fieldzq9fieldto9qzto9qz", "x9qzx9qz"),
    *("{name}", "{organisation}", "{{ subject }}", "{% if x %}", "%(name)s", "{0}"),
    *("END:VEVENT", "=?utf-8?q?a?=", "<b>", "&#x3c;", "&amp;", '"', "été", "مرحبا"),
    *("=_a", "--=_a", "To:", ";", ",", "/", "|"),
]
VALUES = st.lists(st.sampled_from(FORGED), min_size=1, max_size=4).map("".join)


def with_values(subject: str, own: str, held: str, line: str) -> Source:
    """Return a letter with values in every field that is no Markdown."""
    lines = {"place": line, "contact": line, "label": own, "organisation": held}
    lines |= {"subject": subject, "preheader": own}
    for name, value in lines.items():  # an author's placeholders are filled there
        lines[name] = value.replace("{name}", "").replace("{organisation}", "") or "x"
    return replace(
        PLAIN,
        subject=lines.pop("subject"),
        preheader=lines.pop("preheader"),
        sender_name=own,
        postal=held,
        topic_name=line,
        reference=own,
        reason=(held, line),
        blocks=(
            Block(id="entry", type="entry", title="Entry", fields={}, text=""),
            Block(id="item", type="item", title="Item", fields=lines, text="Text."),
        ),
        entry=Entry(
            name=held,
            names={"en": held, "fr": line},
            acronym=own,
            seat={"en": line},
            acts_in=({"en": held}, {"en": line}),
            fields=({"en": own},),
            correspondents=(
                Correspondent(name=held, address="a@b.example", roles=("head",)),
            ),
        ),
    )


def composed(letter: Letter, values: Source) -> bytes:
    header = replace(
        ENVELOPE, sender_name=values.sender_name, list_name=values.topic_name or ""
    )
    skeleton = skeletons.compile_letter(letter, header)
    return Composer(skeleton).compose(READER, SIGNED)


def on_one_line(text: str) -> str:
    return " ".join(reading.plain(text).split())


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES, VALUES, VALUES, VALUES)
def test_every_value_arrives_as_typed_and_no_value_gets_the_readers_own(
    subject: str, own: str, held: str, line: str
) -> None:
    values = with_values(subject, own, held, line)
    message = reading.parsed(composed(render(values, templates()), values))
    text = on_one_line(reading.part(message, "plain"))
    html = reading.part(message, "html")
    shown = on_one_line("".join(reading.read(html).words))

    for each in (values.subject, own, held, line):
        assert on_one_line(each) in text
        assert on_one_line(each) in shown
    for part in (text, html):
        assert part.count(SIGNED.unsubscribe) == 1
        assert part.count("READER ORG") == 1  # why the reader gets the letter
        assert "READER NAME" not in part
        assert READER.address not in part


@given(st.lists(st.text(), max_size=5), st.integers(min_value=0, max_value=4))
def test_marks_are_drawn_again_while_a_text_has_them(
    texts: list[str], position: int
) -> None:
    first, second = "0123456789abcdef", SECOND
    taken = marks.Marks(first).of(Field.TO)
    drawn = iter([first, first, second])
    made = marks.draw([*texts[:position], taken, *texts[position:]], drawn.__next__)

    assert made.nonce == second


def test_two_renderings_have_other_marks_and_give_one_message() -> None:
    one, two = render(PLAIN, templates()), render(PLAIN, templates())

    assert one.marks != two.marks
    assert composed(one, PLAIN) == composed(two, PLAIN)


def test_a_name_in_a_link_or_an_attribute_gets_no_element_around_it() -> None:
    text = "[Read it](https://a.example/{organisation}) or ask {name}."
    block = Block(id="note", type="note", title="Note", fields={}, text=text)
    letter = render(replace(PLAIN, blocks=(block,)), templates())
    organisation = letter.marks.of(Field.ORGANISATION)
    name = letter.marks.of(Field.NAME)

    assert f'href="https://a.example/{organisation}"' in letter.html
    assert f'<span dir="auto">{name}</span>' in letter.html


def test_an_authors_line_of_a_block_gets_the_readers_values() -> None:
    lines = {"place": "{organisation}, room 2", "contact": "{name}", "label": "{name}?"}
    link = {"link": "https://a.example"}
    shown = {"label": "{name}!"}
    button = Block(id="b", type="button", title="", fields=shown | link, text="")
    item = Block(id="i", type="item", title="{name}", fields=lines | link, text="x")
    letter = render(replace(PLAIN, blocks=(item, button)), templates())
    message = reading.parsed(composed(letter, PLAIN))
    html = "".join(reading.read(reading.part(message, "html")).words)

    for part in (reading.part(message, "plain"), html):
        assert on_one_line(part).count("READER NAME") == 4
        assert "READER ORG, room 2" in on_one_line(part)
        assert "{" not in part


def test_a_letter_that_cannot_be_rendered_names_its_template() -> None:
    block = Block(id="i", type="item", title="I", fields={"date": "soon"}, text="")
    with pytest.raises(ContentError, match=r"directory-update/body.mjml: .*ValueError"):
        render(replace(PLAIN, blocks=(block,)), templates())


def test_a_task_for_the_child_keeps_all_that_a_letter_is_rendered_from() -> None:
    values = replace(
        with_values("s", "o", "h", "l"),
        wanted=source("directory-update", "fr").catalogue,
        offsets={"2027-05-04T08:00": "+0200"},
        block_catalogues={"item": source("directory-update", "fr").catalogue},
    )
    restored, files = tasks.read(tasks.write(values, templates()), None)
    _, same = tasks.read(tasks.write(values, None), files)
    kept = [each.name for each in fields(values) if "catalogue" not in each.name]

    assert files == same == templates()
    for name in kept:
        if name != "wanted":
            assert getattr(restored, name) == getattr(values, name)
    for one, two in (
        (restored.catalogue, values.catalogue),
        (restored.wanted, values.wanted),
        (restored.block_catalogues["item"], values.block_catalogues["item"]),
    ):
        assert one is not None
        assert two is not None
        assert (one.language, one.strings) == (two.language, two.strings)
