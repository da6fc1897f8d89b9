"""Replies of relays are stored and logged without the addresses of readers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.outcomes.redaction import without_addresses


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("450 4.7.1 <a@b.example>: try later", "450 4.7.1 <…>: try later"),
        ("450 4.7.1 a.b+c@d.example. Later", "450 4.7.1 <…>. Later"),
        ("450 user=o'brien@b.example, later", "450 <…>, later"),
        ("450 to:renée@bücher.example later", "450 to:<…> later"),
        ('450 <"a b"@c.example> later', "450 <…> later"),
        ("450 (a@[192.0.2.1]) later", "450 (<…>) later"),
        ("450 <<a@b.example>> later", "450 <<…>> later"),
        ("450 see https://p.example/why?to=a%40b.example", "450 see https:<…>"),
        ("421 4.7.28 too much, 10 @ once", "421 4.7.28 too much, 10 @ once"),
        ("421 4.3.2 later", "421 4.3.2 later"),
    ],
)
def test_an_address_is_taken_out_of_a_reply_and_all_else_stays(
    reply: str, expected: str
) -> None:
    assert without_addresses(reply) == expected


WORDS = st.text("abc .:<>()%=40-", max_size=30)


@given(
    before=WORDS,
    local=st.text("abcé0.+-_='", min_size=1),
    domain=st.from_regex(r"[a-z0-9é-]+(\.[a-z0-9]+)+", fullmatch=True),
    after=WORDS,
)
def test_no_address_stays_wherever_it_is_in_the_text(
    before: str, local: str, domain: str, after: str
) -> None:
    assert "@" not in without_addresses(f"{before}{local}@{domain}{after}")
