"""Composed messages are parsed and compared with a slow, simple reference."""

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiences import characters
from mailer.composing import skeletons
from mailer.composing.compose import ComposeError
from mailer.errors import ContentError
from mailer.rendering.marks import Field
from mailer.rendering.source import Letter
from tests.acts.composing import (
    ENVELOPE,
    HTML,
    MARKS,
    TEXT,
    compiled,
    composed,
    signed,
)
from tools.verifier import header, mime, verifier, wire_lines, words

MADE = compiled()
NAMES = st.text(max_size=300) | st.text(
    "aé文 .,@<>\"'\\=?&;\r\n\0{}\u2028", max_size=90
)
LOCAL = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}", fullmatch=True)
NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)


def reference(text: str, place: str, values: dict[str, str]) -> str:
    """Return a text whose placeholders are replaced by escaped values."""
    for field, each in values.items():
        filled = characters.plain(each)
        filled = (
            escape(filled).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
            if place == "html"
            else filled
        )
        text = text.replace(MARKS.of(Field(field)), filled)
    return text


@settings(max_examples=300)
@given(NAMES, NAMES, LOCAL, NUMBERS)
def test_every_reader_gets_their_own_message(
    name: str, organisation: str, local: str, number: int
) -> None:
    address = f"{local}@enda.example"
    message = composed(
        MADE, name=name, organisation=organisation, address=address, number=number
    )

    ours = signed(number)
    token = ours.unsubscribe
    head, body = wire_lines.split(message)
    fields = header.Header(head)
    plain, html = mime.parse(fields, body).children
    values = {
        "name": name or organisation,
        "organisation": organisation,
        "unsubscribe": token,
    }
    assert list(wire_lines.faults(message)) == []
    assert plain.text.replace("\r\n", "\n") == reference(TEXT, "text", values)
    assert html.text.replace("\r\n", "\n") == reference(HTML, "html", values)
    assert words.mailbox(fields.get("to"))[1] == address
    assert fields.get("message-id") == f"<{ours.message_id}@liaison.example>"
    assert header.leave_link(fields).endswith(f"/u/{token}")


@settings(max_examples=50)
@given(NAMES, NAMES)
def test_a_message_is_correct_for_any_name_of_its_reader(
    name: str, organisation: str
) -> None:
    message = composed(MADE, name=name, organisation=organisation)

    faults = verifier.verify(message)
    assert [
        each for each in faults if not each.startswith(("B2", "B6", "B7", "I3"))
    ] == []


@settings(max_examples=50)
@given(NAMES, NAMES, NAMES)
def test_a_message_is_correct_for_any_sender_name_subject_and_list_name(
    sender: str, subject: str, label: str
) -> None:
    made = compiled(sender_name=f"U {sender}", subject=f"S {subject}", list_name=label)

    faults = verifier.verify(composed(made))
    assert [each for each in faults if not each.startswith(("H-inj", "default"))] == []


def test_the_same_row_always_gives_the_same_octets() -> None:
    again = skeletons.unpack(MADE.pack())

    assert composed(again, number=9) == composed(MADE, number=9)
    assert composed(MADE, number=9) != composed(MADE, number=10)


def test_the_mailbox_to_unsubscribe_follows_the_link() -> None:
    message = composed(compiled(leave_mailbox="leave@liaison.example"))

    fields = header.Header(wire_lines.split(message)[0])
    link, mailbox = fields.get("list-unsubscribe").split(", ")
    assert link.startswith("<https://")
    assert mailbox.startswith("<mailto:leave@liaison.example?subject=")
    assert verifier.verify(message) == []


def test_service_mail_is_marked_as_automatic_and_has_no_list_fields() -> None:
    message = composed(compiled(list_label=None))

    fields = header.Header(wire_lines.split(message)[0])
    assert fields.get("auto-submitted") == "auto-generated"
    assert not [name for name, _ in fields.raw if name.startswith("list-")]


@pytest.mark.parametrize(
    "address", ["a\r\nb@x.example", "a b@x.example", "<a@x.example>"]
)
def test_an_address_that_would_break_the_header_is_refused(address: str) -> None:
    with pytest.raises(ComposeError):
        composed(MADE, address=address)


@pytest.mark.parametrize(
    "field", ["sender", "reply_to", "domain", "list_label", "site_url", "leave_mailbox"]
)
@pytest.mark.parametrize(
    "end", ["\r\nBcc: a@b.example", "\nx", "\rx", "\0", ">x", " x"]
)
def test_no_value_of_the_settings_adds_a_line_to_the_header(
    field: str, end: str
) -> None:
    with pytest.raises(ContentError, match=field):
        compiled(extras=None, subject="x", **{field: f"a@b.example{end}"})


def test_a_reader_whose_values_cannot_be_encoded_is_refused_with_a_sentence() -> None:
    with pytest.raises(ComposeError, match="cannot be composed"):
        composed(MADE, name=7)  # type: ignore[arg-type]  # a store with a damaged row


def test_a_damaged_letter_is_refused_with_a_sentence() -> None:
    packed = MADE.pack()
    with pytest.raises(ContentError, match="damaged"):
        skeletons.unpack(packed.replace(b"to/header", b"nobody/header"))
    forged = skeletons.unpack(packed.replace(b"name/text", b"to/text"))
    with pytest.raises(ComposeError, match="the value to in its text"):
        composed(forged)


def test_a_template_cannot_put_the_address_line_into_the_text() -> None:
    text = f"To: {MARKS.of(Field.TO)}"
    letter = Letter(language="en", subject="x", html=HTML, text=text, marks=MARKS)
    with pytest.raises(ContentError, match="the value to"):
        skeletons.compile_letter(letter, ENVELOPE)


@settings(max_examples=100)
@given(
    NAMES,
    NAMES,
    st.sampled_from(["{n} – {o}", "{o}", "A {n}", "Été: {o} ok", "{n}{n}"]),
)
def test_a_subject_has_the_values_of_its_reader(
    name: str, organisation: str, subject: str
) -> None:
    drawn = subject.format(n=MARKS.of(Field.NAME), o=MARKS.of(Field.ORGANISATION))
    message = composed(compiled(subject=drawn), name=name, organisation=organisation)

    fields = header.Header(wire_lines.split(message)[0])
    values = {"name": name or organisation, "organisation": organisation}
    shown = words.decoded(fields.get("subject"))
    assert shown.split() == reference(drawn, "header", values).split()
    assert list(wire_lines.faults(message)) == []
    assert [
        each
        for each in verifier.verify(message)
        if not each.startswith(("B2", "B6", "B7", "I3"))
    ] == []
