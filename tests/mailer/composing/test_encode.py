"""Encoding: any text is decoded unchanged, and its octets keep the limits of mail."""

import quopri
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences import characters
from mailer.composing import encode
from tools.verifier import words

ANY = st.text(max_size=400)
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"))
HOSTILE = st.text(
    st.sampled_from(
        list("aé文\U0001f600 .,;:@<>()[]\"'\\=?_\t\r\n\0\u2028\u202e\x85F")
    ),
    max_size=120,
)
NAMES = ANY | HOSTILE


@given(LINES | st.text("From .=\t é\n", max_size=300))
def test_quoted_printable_is_decoded_unchanged(text: str) -> None:
    octets = encode.quoted_printable(text)

    lines = octets.split(b"\r\n")
    assert quopri.decodestring(octets).decode().replace("\r\n", "\n") == text
    assert max(map(len, lines)) <= 76
    assert octets.isascii()
    assert not any(line.startswith((b".", b"From ")) for line in lines)
    assert not any(line.endswith((b" ", b"\t")) for line in lines)


@given(NAMES)
def test_a_value_is_decoded_unchanged_and_its_lines_are_short(text: str) -> None:
    octets = encode.value(text)

    decoded = quopri.decodestring(octets + encode.SOFT_BREAK).decode()
    assert decoded == characters.plain(text)
    assert all(len(line) <= 76 for line in octets.split(b"\r\n"))
    assert not octets.startswith((b".", b"From "))


@given(NAMES)
def test_a_name_is_one_mailbox_and_reads_as_written(name: str) -> None:
    octets = encode.mailbox(name, "reader@office.example")

    value = octets.decode("ascii").replace("\r\n", "")
    assert not list(words.word_faults("From", b"From: " + octets))
    assert words.mailbox(value) == (
        " ".join(characters.plain(name).split(" ")).strip(),
        "reader@office.example",
    )
    assert all(len(line) <= 78 for line in (b"From: " + octets).split(b"\r\n"))


@given(NAMES)
def test_a_subject_reads_as_written(text: str) -> None:
    octets = encode.unstructured(text, name="Subject")

    value = octets.decode("ascii").replace("\r\n", "")
    assert not list(words.word_faults("Subject", b"Subject: " + octets))
    assert words.decoded(value) == str(make_header(decode_header(value)))
    assert len(words.decoded(value).splitlines()) <= 1
    assert all(len(line) <= 78 for line in (b"Subject: " + octets).split(b"\r\n"))


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=300))
def test_a_subject_of_visible_characters_is_decoded_unchanged(text: str) -> None:
    octets = encode.unstructured(text, name="Subject")

    assert words.decoded(octets.decode().replace("\r\n", "")) == text


@pytest.mark.parametrize(
    "hidden", ["\r\nBcc: x@y.example", "\n", "\r", "\0", "\u2028", "\x85", "\u2029"]
)
def test_nothing_in_a_name_or_subject_starts_a_field(hidden: str) -> None:
    for octets in (
        encode.mailbox(f"Awa{hidden}Ndiaye", "awa@enda.example"),
        encode.unstructured(f"Letter{hidden}of May", name="Subject"),
    ):
        value = words.decoded(octets.decode().replace("\r\n ", " "))
        assert "\r" not in value
        assert "\n" not in value
        assert hidden not in value
