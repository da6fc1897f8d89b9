"""What users are called on pages, and whom a name means."""

from hypothesis import given
from hypothesis import strategies as st

from mailer.users.shown_names import shown_names

NAMES = st.dictionaries(
    st.text(min_size=1, max_size=3),
    st.none() | st.text(min_size=1, max_size=3),
    max_size=6,
)


def test_a_user_is_called_by_the_full_name_or_else_by_the_name_for_signing_in() -> None:
    names = shown_names([("m.dubois", "Marie Dubois"), ("paul", None)])

    assert names.of("m.dubois") == ("Marie Dubois", "")
    assert names.of("paul") == ("paul", "")
    assert names.of("removed") == ("removed", "")


def test_users_who_look_alike_are_told_apart() -> None:
    names = shown_names(
        [
            ("m.dubois", "Marie Dubois"),
            ("marie", "marie  DÙBOIS"),  # another one, to the eye
            ("impostor", "Paul"),
            ("paul", "Paul Martin"),
            ("lea", "Lea"),
        ]
    )

    assert names.of("m.dubois") == ("Marie Dubois", "m.dubois")
    assert names.of("marie") == ("marie  DÙBOIS", "marie")
    assert names.of("impostor") == ("Paul", "impostor")
    assert names.of("paul") == ("Paul Martin", "")
    assert names.of("lea") == ("Lea", "")


def test_a_text_means_the_user_of_that_name_or_the_only_one_called_so() -> None:
    names = shown_names([("a", "Paul"), ("paul", "Léa"), ("b", "Ann"), ("c", "ann")])

    assert names.user("paul") == "paul"
    assert names.user(" léa ") == "paul"
    assert names.user("Paul") == "a"
    assert names.user("Ann") == "Ann"
    assert names.user("somebody") == "somebody"


@given(NAMES)
def test_no_two_users_read_the_same(users: dict[str, str | None]) -> None:
    names = shown_names(users.items())

    read = [names.of(each) for each in users]
    assert len({(shown.casefold(), note) for shown, note in read if note}) == len(
        [note for _, note in read if note]
    )
    plain = [shown for shown, note in read if not note]
    assert len(plain) == len(set(plain))
