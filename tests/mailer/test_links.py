"""Signed links: each is for one purpose and one message, and nobody else can make one.

The values below stand as letters carry them that were sent; they must stay valid.
"""

import string
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

import pytest

from mailer import links
from mailer.errors import TokenError
from mailer.links import LinkSigner, Purpose, Stamp

OLD, NEW = b"a key of the tests, forty octets or so", b"the key that came after it"
SIGNER = LinkSigner((OLD,))
NUMBER = 7
READER = bytes.fromhex("0123456789abcdef")
STAMP = Stamp(bytes.fromhex("cafe0001"), NUMBER, READER)
BEFORE_EPOCHS = Stamp(b"", NUMBER, b"")
FORMER = {
    Purpose.UNSUBSCRIBE: "_wAAAAAAAAAH8gN3guATB5gpdPpQeQAq8w",
    Purpose.PREFERENCES: "_wAAAAAAAAAHnwPz3N6XyYdai2H-loqLzw",
    Purpose.CONFIRM: "_wAAAAAAAAAHVNEXKU4H31Y1vQHTB7RbqQ",
    Purpose.ENTRY: "_wAAAAAAAAAH12YKDIAY1imla2yDJXg8tg",
}
SENT = {
    Purpose.UNSUBSCRIBE: "_8r-AAEAAAAAAAAABwEjRWeJq83vooizuGaa2Pxc_cqSI296yQ",
    Purpose.PREFERENCES: "_8r-AAEAAAAAAAAABwEjRWeJq83vPWvWwsTCZKaeH7HxoCxLng",
    Purpose.CONFIRM: "_8r-AAEAAAAAAAAABwEjRWeJq83vEMGaPJdHA0MrW4vgt3gf_g",
    Purpose.ENTRY: "_8r-AAEAAAAAAAAABwEjRWeJq83vSaQRcf1StIBuFRxSU82D_Q",
}
RETURN_PATH = "r-ffcafe000100000000000000070123456789abcdef3bf3b79dd0c9ca356d71"
MESSAGE_ID = "72c67d21efd03f1aefd3e933ac0050"
FORMER_RETURN_PATH = "r-ff00000000000000072fc5ee269e37a84bd9de"
FORMER_MESSAGE_ID = "944beb0c2a297e7d4fa53ca757f4a9"


def token(purpose: Purpose, signer: LinkSigner = SIGNER, stamp: Stamp = STAMP) -> str:
    """Return the token of a message for one purpose."""
    signed = signer.message(stamp)
    return {
        Purpose.UNSUBSCRIBE: signed.unsubscribe,
        Purpose.PREFERENCES: signed.preferences,
        Purpose.CONFIRM: signed.confirm,
        Purpose.ENTRY: signed.entry,
    }[purpose]


def octets(text: str) -> bytes:
    """Return what a token says."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def spelt(said: bytes) -> str:
    """Return the token that says this."""
    return urlsafe_b64encode(said).decode().rstrip("=")


def test_what_a_message_carries_never_changes() -> None:
    signed = SIGNER.message(STAMP)

    assert {purpose: token(purpose) for purpose in Purpose} == SENT
    assert signed.return_path == RETURN_PATH
    assert signed.message_id == MESSAGE_ID


def test_what_was_sent_before_epochs_still_says_its_number() -> None:
    signed = SIGNER.message(BEFORE_EPOCHS)

    assert {purpose: token(purpose, stamp=BEFORE_EPOCHS) for purpose in Purpose} == (
        FORMER
    )
    assert signed.return_path == FORMER_RETURN_PATH
    assert signed.message_id == FORMER_MESSAGE_ID
    assert SIGNER.stamp_of_return_path(FORMER_RETURN_PATH) == BEFORE_EPOCHS
    for purpose, each in FORMER.items():
        assert SIGNER.stamp(each, purpose) == BEFORE_EPOCHS


@pytest.mark.parametrize(
    "other",
    [
        STAMP._replace(epoch=bytes(4)),
        STAMP._replace(number=8),
        STAMP._replace(reader=bytes(8)),
        BEFORE_EPOCHS,
    ],
    ids=["epoch", "number", "reader", "before epochs"],
)
def test_messages_of_another_epoch_number_or_reader_share_nothing(
    other: Stamp,
) -> None:
    ours, theirs = SIGNER.message(STAMP), SIGNER.message(other)

    assert ours.message_id != theirs.message_id
    for size in (16, 10):  # the signatures of links and of return-paths
        for purpose in Purpose:
            assert (
                octets(token(purpose))[-size:]
                != octets(token(purpose, stamp=other))[-size:]
            )
    assert ours.return_path[-20:] != theirs.return_path[-20:]


def test_a_return_path_fits_into_the_sixty_four_octets_of_rfc_5321() -> None:
    highest = Stamp(b"\xff" * 4, 2**63 - 1, b"\xff" * 8)

    assert len(SIGNER.message(highest).return_path) == 64


def test_the_path_of_a_link_never_changes() -> None:
    paths = {links.path(purpose, "token") for purpose in Purpose}

    assert paths == {"/u/token", "/p/token", "/c/token", "/o/token"}


@pytest.mark.parametrize("made", Purpose)
@pytest.mark.parametrize("asked", Purpose)
def test_a_link_is_worth_nothing_for_another_purpose(
    made: Purpose, asked: Purpose
) -> None:
    if made is asked:
        assert SIGNER.stamp(token(made), asked) == STAMP
    else:
        with pytest.raises(TokenError, match="no longer valid"):
            SIGNER.stamp(token(made), asked)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_whose_any_character_is_changed_is_refused(purpose: Purpose) -> None:
    made = token(purpose)
    for place, character in enumerate(made):
        other = "B" if character == "A" else "A"
        changed = made[:place] + other + made[place + 1 :]
        with pytest.raises(TokenError, match="not made by this site"):
            SIGNER.stamp(changed, purpose)


@pytest.mark.parametrize("purpose", Purpose)
def test_only_the_key_makes_a_link(purpose: Purpose) -> None:
    """Not another key under the same key's number, and no hash without a key."""
    head = octets(token(purpose))[:-16]
    foreign = octets(token(purpose, LinkSigner((NEW,))))[-16:]
    for person in (b"entry", b"message"):
        plain = blake2b(head[1:], person=person, digest_size=16).digest()
        for signature in (plain, foreign, bytes(16)):
            with pytest.raises(TokenError, match="no longer valid"):
                SIGNER.stamp(spelt(head + signature), purpose)


@pytest.mark.parametrize("purpose", Purpose)
def test_links_of_an_older_key_are_read_beside_those_of_the_newest(
    purpose: Purpose,
) -> None:
    both = LinkSigner((NEW, OLD))

    assert both.stamp(token(purpose), purpose) == STAMP
    assert both.stamp(token(purpose, both), purpose) == STAMP
    assert token(purpose, both) == token(purpose, LinkSigner((NEW,)))
    with pytest.raises(TokenError, match="no longer valid"):
        SIGNER.stamp(token(purpose, both), purpose)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SENT[Purpose.CONFIRM][:-2], "not complete"),
        (SENT[Purpose.CONFIRM][:-1], "not complete"),
        (SENT[Purpose.CONFIRM] + "AA", "not complete"),
        (SENT[Purpose.CONFIRM] + "==", "not made by this site"),  # spelt differently
        (SENT[Purpose.CONFIRM] + "\n", "not complete"),
        ("", "not complete"),
        ("A", "not complete"),
        ("A" * 100, "not complete"),
        ("A" * 101, "not made by this site"),
        ("é" * 46, "not made by this site"),
        ("é", "not made by this site"),
        (string.punctuation, "not made by this site"),
    ],
)
def test_a_link_that_is_cut_or_spelt_differently_is_refused(
    text: str, sentence: str
) -> None:
    with pytest.raises(TokenError, match=sentence):
        SIGNER.stamp(text, Purpose.CONFIRM)


def test_message_ids_are_told_for_every_key_the_newest_first() -> None:
    newest = LinkSigner((NEW,)).message(STAMP).message_id

    assert LinkSigner((NEW, OLD)).message_ids(STAMP) == (newest, MESSAGE_ID)


def test_a_return_path_names_its_message_however_servers_spell_it() -> None:
    assert SIGNER.stamp_of_return_path(RETURN_PATH) == STAMP
    assert SIGNER.stamp_of_return_path(RETURN_PATH.upper()) == STAMP


@pytest.mark.parametrize(
    ("local_part", "sentence"),
    [
        (f"x{RETURN_PATH}", "this return-path was not made by this site"),
        ("postmaster", "this return-path was not made by this site"),
        ("r-no number", "this return-path was not made by this site"),
        (RETURN_PATH[:-2], "not complete"),
        (f"{RETURN_PATH}00", "not complete"),
        (f"{RETURN_PATH[:-1]}0", "no longer valid"),
    ],
)
def test_a_return_path_that_is_not_ours_is_refused(
    local_part: str, sentence: str
) -> None:
    with pytest.raises(TokenError, match=sentence):
        SIGNER.stamp_of_return_path(local_part)
