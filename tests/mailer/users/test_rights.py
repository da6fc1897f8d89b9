"""Who may do what: the table of acts, limits of roles, scopes, and what is refused."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import RefusedError
from mailer.users import rights, roles, scopes
from mailer.users.acts import ACTS, Right
from mailer.users.models import User
from mailer.users.rights import Subject
from mailer.users.roles import UserRole
from tools.checkout import ROOT

NOW = datetime(2027, 5, 4, tzinfo=UTC)


def a_user(name: str, *held: str, disabled: datetime | None = None) -> User:
    """Make a user with roles, as people type them."""
    granted = roles.stored(roles.parse(each) for each in held)
    return User(name=name, roles=granted, disabled_at=disabled, added_at=NOW)


@pytest.mark.parametrize("right", ACTS)
def test_each_role_may_do_what_the_table_says_and_nothing_else(right: str) -> None:
    able = {
        role
        for role in UserRole
        if rights.may(a_user("ana", role), right, Subject()) is None
    }

    assert able == set(ACTS[right].roles)


def test_the_document_shows_the_table() -> None:
    rows = [
        f"| {each.words} | {', '.join(f'`{role}`' for role in each.roles)} |"
        for each in ACTS.values()
    ]
    table = "\n".join(["| Act | Roles |", "|---|---|", *rows])

    assert table in (ROOT / "docs/users.md").read_text(encoding="utf-8")


def test_roles_add_up() -> None:
    ana = a_user("ana", "author", "sender")

    assert rights.may(ana, Right.WRITE) is None
    assert rights.may(ana, Right.SEND) is None


@pytest.mark.parametrize(
    ("held", "right", "subject", "is_able"),
    [
        ("translator:fr,ar", Right.TRANSLATE, Subject(language="ar"), True),
        ("translator:fr,ar", Right.TRANSLATE, Subject(language="ru"), False),
        ("translator", Right.TRANSLATE, Subject(language="ru"), True),
        ("approver:news", Right.APPROVE, Subject(letter_class="news"), True),
        ("approver:news", Right.APPROVE, Subject(letter_class="invitation"), False),
        ("approver", Right.APPROVE, Subject(letter_class="invitation"), True),
        ("author:served_by = dakar", Right.WRITE, Subject(), False),
        (
            "author:served_by = dakar",
            Right.WRITE,
            Subject(audience="kind = ngo"),
            False,
        ),
    ],
)
def test_a_limit_narrows_a_role(
    held: str, right: Right, subject: Subject, *, is_able: bool
) -> None:
    assert (rights.may(a_user("ana", held), right, subject) is None) == is_able


def test_a_refusal_says_which_role_is_needed_and_who_has_it() -> None:
    others = [
        a_user("paul", "approver:invitation"),
        a_user("lea", "approver:news"),
        a_user("eva", "approver", disabled=NOW),
    ]
    subject = Subject(name="Forum", letter_class="invitation")
    refusal = rights.may(a_user("ana", "author"), Right.APPROVE, subject, others)

    assert refusal == (
        "ana may not approve Forum: this needs the role approver for invitation, which"
        " paul has"
    )


def test_a_refusal_says_that_no_user_has_the_role() -> None:
    refusal = rights.may(a_user("ana", "viewer"), Right.USERS, Subject(), [])

    assert refusal is not None
    assert refusal.endswith("this needs the role admin, which no user has")


def test_a_refusal_because_of_a_scope_says_what_to_write() -> None:
    ana = a_user("ana", "author:served_by = dakar")
    subject = Subject(name="News", audience="kind = ngo")
    refusal = rights.may(ana, Right.WRITE, subject)

    assert refusal is not None
    assert refusal.endswith("end it with: and (served_by = dakar)")


def test_a_disabled_user_may_do_nothing() -> None:
    gone = a_user("ana", *UserRole, disabled=NOW)

    assert all("disabled since 2027-05-04" in str(rights.may(gone, r)) for r in ACTS)


SAVED = {
    "dakar-ngos": "kind = ngo and served_by = dakar",
    "ours": "segment(dakar-ngos) or kind = natcom and served_by = dakar",
    "round": "segment(round)",
}


@pytest.mark.parametrize(
    ("rule", "scope", "is_within"),
    [
        ("served_by = dakar", "served_by = dakar", True),
        ("kind = ngo and (served_by = Dakar)", "served_by = dakar", True),
        ("served_by = dakar", "served_by in (dakar, nairobi)", True),
        ("served_by in (dakar, paris)", "served_by in (dakar, nairobi)", False),
        (
            "kind = ngo and served_by = dakar or role = press",
            "served_by = dakar",
            False,
        ),
        ("segment(ours)", "served_by = dakar", True),
        ("dakar-ngos", "served_by = dakar", True),
        ("segment(ours)", "segment(dakar-ngos)", False),
        ("segment(round)", "served_by = dakar", False),
        ("segment(unknown)", "served_by = dakar", False),
        ("not served_by = dakar", "served_by = dakar", False),
        ("not served_by != dakar", "served_by = dakar", False),
        ("not country in (FR, DE)", "not country = FR", True),
        ("country != FR", "country != FR", True),
        ("kind = ngo", "kind = ngo and served_by = dakar", False),
        ("kind = ngo and served_by = dakar", "kind = ngo and served_by = dakar", True),
        ("country in region(AFR)", "country in region(AFR)", True),
        ("country in region(AFR)", "country in region(EUR)", False),
        ("sub(a) and lang = fr", "sub(a) or sub(b)", True),
        ("answered(e, yes)", "answered(e)", True),
        ("answered(e, Yes)", "answered(e, yes)", True),
        ("answered(e, no)", "answered(e, yes)", False),
        ("answered(e)", "answered(e, yes)", False),
        ("last_confirmed < today", "last_confirmed < today - 180d", False),
    ],
)
def test_a_rule_is_within_a_scope_only_if_it_says_so(
    rule: str, scope: str, *, is_within: bool
) -> None:
    assert scopes.implies(rule, scope, SAVED) == is_within


CLAUSES = st.sampled_from(
    [*(f"kind = {each}" for each in "abc"), "lang in (a, b)", "lang = a", "sub(t)"]
)
RULES = st.recursive(
    CLAUSES,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=6,
)


def holds(rule: str, kind: str, lang: str, *, sub: bool) -> bool:
    """Evaluate a rule for one reader, with Python's own and, or and not."""
    facts = {
        **{f"kind = {each}": kind == each for each in "abc"},
        "lang in (a, b)": lang in {"a", "b"},
        "lang = a": lang == "a",
        "sub(t)": sub,
    }
    text = rule
    for clause, value in sorted(facts.items(), key=lambda each: -len(each[0])):
        text = text.replace(clause, str(value))
    return bool(eval(text, {}))  # noqa: S307 (made of the clauses above)


@given(RULES, RULES)
def test_no_reader_of_a_rule_is_outside_its_scope(rule: str, scope: str) -> None:
    if scopes.implies(rule, scope, {}):
        for kind in "abcd":
            for lang in "abc":
                for sub in (True, False):
                    if holds(rule, kind, lang, sub=sub):
                        assert holds(scope, kind, lang, sub=sub)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("autor", "no role is called 'autor'; did you mean author"),
        ("", "no role is called ''"),
        ("steward:fr", "the role steward has no limits"),
        ("translator:", "names no limit; write translator"),
        ("translator:fr,,ar", "an empty place between its commas"),
    ],
)
def test_what_is_no_role_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        roles.parse(text)


@given(st.sets(st.sampled_from(sorted(UserRole)), min_size=1))
def test_stored_roles_come_back(held: set[str]) -> None:
    given_roles = [roles.parse(each) for each in held]

    assert set(roles.from_stored(roles.stored(given_roles))) == set(given_roles)
