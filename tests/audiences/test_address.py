"""An address has one normal form, and one identity for all its spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences import addresses
from audiences.errors import AddressRefusedError

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("Unesco-Liaison@ICOM.example", "Unesco-Liaison@icom.example"),
        ("a+news@x.example", "a+news@x.example"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("info@xn--bcher-kva.example", "info@xn--bcher-kva.example"),
        ("info@b。example", "info@b.example"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, text: str) -> None:
    assert addresses.parse(typed).text == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Info@X.example", "info@x.EXAMPLE"),
        ("caf\u00e9@x.example", "cafe\u0301@x.example"),
        ("a@b\u00fccher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_two_spellings_of_one_mailbox_are_one_identity(one: str, other: str) -> None:
    assert addresses.parse(one).identity == addresses.parse(other).identity


def test_an_address_with_a_look_alike_letter_is_another_identity() -> None:
    latin, cyrillic = "admin@x.example", "\u0430dmin@x.example"

    assert addresses.parse(latin).identity != addresses.parse(cyrillic).identity


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "no-at-sign",
        "a@b",
        "a b@x.example",
        "a@x.example\r\nRCPT TO:<v@x.example>",
        '"quoted"@x.example',
        "a@[127.0.0.1]",
        f"{'a' * 65}@x.example",
        f"{'é' * 33}@x.example",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.example",
        "a\u202eb@x.example",
        "a\0b@x.example",
    ],
)
def test_an_invalid_address_is_refused_with_a_reason(typed: str) -> None:
    with pytest.raises(AddressRefusedError) as refusal:
        addresses.parse(typed)

    assert refusal.value.reason


def test_a_fingerprint_needs_the_key() -> None:
    identity = addresses.parse("a@x.example").identity
    other = b"o" * 32

    assert len(addresses.fingerprint(identity, key=KEY)) == 16
    assert addresses.fingerprint(identity, key=KEY) != addresses.fingerprint(
        identity, key=other
    )


_PIECES = st.sampled_from(
    [*"aZ9.-_+'@@", "--", "xn--", "INFO", "example", ".test", ".co", "é", "1a"]
)
_LABELS = st.text("aZ09-", min_size=1, max_size=70)
_SHAPED = st.builds(
    lambda local, labels, last: f"{local}@{'.'.join([*labels, last])}",
    st.text("aZ0.!#_'+-", min_size=1, max_size=70)
    | st.sampled_from(["Info", "WWW", "postmaster", "x"]),
    st.lists(_LABELS, min_size=1, max_size=5),
    st.sampled_from(["example", "Org", "TEST", "local", "c", "c0", "a-b", "xn--p1ai"]),
)


@given(st.one_of(st.lists(_PIECES, max_size=20).map("".join), _SHAPED, st.emails()))
def test_a_plain_address_is_parsed_as_email_validator_does(typed: str) -> None:
    plain = addresses.plain(typed)
    if plain is None:
        return  # email-validator decides

    assert plain == addresses._parse_any(typed)


def test_fingerprints_of_many_addresses_equal_single_ones() -> None:
    of = addresses.fingerprints(KEY)

    for identity in ("a@x.example", "é@x.example"):
        assert of(identity) == addresses.fingerprint(identity, key=KEY)


@given(st.text(max_size=80))
def test_any_text_is_parsed_or_refused_with_an_address_error(typed: str) -> None:
    try:
        found = addresses.parse(typed)
    except AddressRefusedError:
        return

    assert not set(found.text) & set("\r\n\0 <>")
    assert addresses.parse(found.text).text == found.text
