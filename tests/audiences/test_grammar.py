"""A rule that cannot be read is refused with the column and a suggestion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.errors import RuleError
from audiences.segments import compiler, grammar, rules
from audiences.segments.compiler import Context
from audiences.segments.vocabularies import CountryTraits, Vocabulary
from mailer.clock import now

WORDS = Vocabulary(
    countries={"SN": CountryTraits(region="AFR", group="Va")},
    themes={"forum-09": ("SHS",), "sdg-04": ("ED",)},
    sectors=("ED", "SHS"),
    offices=("dakar",),
    topics=("monthly-letter",),
    segments={"round": "segment(about)", "about": "segment(round)", "ok": "kind = ngo"},
)
CONTEXT = Context(vocabulary=WORDS, today=now().date())


@pytest.mark.parametrize(
    ("rule", "column", "error"),
    [
        ("", 1, "empty"),
        ("kind =", 7, "the rule ends"),
        ("kind = ngo and", 15, "the rule ends"),
        ("kind ngo", 6, "found 'ngo'"),
        ("kind = ngo)", 11, "found ')'"),
        ("kind = ngo; drop table contact", 11, "unexpected character ';'"),
        ("kind = ngoo", 8, "did you mean ngo?"),
        ("knid = ngo", 1, "did you mean kind?"),
        ("status = asociate", 10, "did you mean associate?"),
        ("fields = ED", 1, "compared with has or in or not in, not with ="),
        ("kind = ngo and country = XX", 26, "no country is called 'XX'"),
        ("served_by = dakkar", 13, "did you mean dakar?"),
        ("subs(monthly-letter)", 1, "did you mean sub?"),
        ("sub(monthly-leter)", 5, "did you mean monthly-letter?"),
        ("country in region(AFRICA)", 19, "did you mean AFR?"),
        ("kind in region(AFR)", 9, "gives a country, not a kind"),
        ("country in continent(AFR)", 12, "no set is called continent()"),
        ("last_confirmed < 2026-02-31", 18, "not a day of the calendar"),
        ("last_confirmed = 2026-02-01", 1, "compared with < or <="),
        ("desk in sectors(themes)", 17, "only in the rule of a campaign"),
        ("segment(round)", 9, "in a circle: round → about → round"),
        ("speaks(klingonese)", 8, "not a language tag"),
        ("(" * 60 + "kind = ngo" + ")" * 60, 41, "more than 40 levels of brackets"),
        ("not not not not kind = ngo", 1, "four or more not in a row"),
        ("kind = ngo or " * 400 + "kind = ngo", 1, "at most 4000"),
        ("country = FR or BE", 19, "the rule ends; write country in (FR, BE)"),
        ("country != FR or BE and kind = ngo", 21, "write country not in (FR, BE)"),
        ("kind = ngo and (kind = ngo or natcom)", 37, "write kind in (ngo, natcom)"),
        ("kind == ngo", 7, "found '='; write one ="),
        ("kind = ngo && kind = ngo", 12, "unexpected character '&'; write and"),
        ("kind = 'ngo'", 8, "write a text in straight quotation marks"),
        ("kind = '1' or 1=1", 8, 'unexpected character "\'"'),
    ],
)
def test_a_faulty_rule_is_refused_with_the_column(
    rule: str, column: int, error: str
) -> None:
    with pytest.raises(RuleError) as fault:
        compiler.condition(rule, CONTEXT)

    assert error in str(fault.value)
    assert fault.value.column == column


def test_the_error_shows_the_rule_with_a_caret_below_the_error() -> None:
    with pytest.raises(RuleError) as fault:
        compiler.condition("kind = ngo\nand status = asociate", CONTEXT)

    _, shown, caret = str(fault.value).splitlines()
    assert shown == "  and status = asociate"
    assert caret.index("^") == shown.index("asociate")


@pytest.mark.parametrize(
    "rule",
    [
        "KIND = NGO",
        "kind=ngo",
        'kind = "ngo"',
        "country = sn",
        "not (kind = ngo or not role has head)",
        "last_confirmed < today − 180 d",
        "country not in (SN, region(AFR), group(Va))",
        "ok",
        "segment(ok) and speaks(ar-EG)",
    ],
)
def test_rules_are_read_in_all_usual_spellings(rule: str) -> None:
    assert str(compiler.condition(rule, CONTEXT))


def test_clauses_have_the_text_they_were_written_in() -> None:
    rule = grammar.parse("kind = ngo and not (status in (associate,\n foundation))")

    assert [leaf.text for leaf in rules.leaves(rule)] == [
        "kind = ngo",
        "status in (associate, foundation)",
    ]


def test_values_are_bound_and_never_become_sql() -> None:
    condition = compiler.condition('organisation = "x\'); drop table contact"', CONTEXT)

    assert "drop table" not in str(condition)


@given(st.text(alphabet="()=!<>,\"- \nabkindnotrse019٣é'", max_size=60))
def test_any_text_is_read_or_refused_with_a_rule_error(rule: str) -> None:
    column = 1
    try:
        compiler.condition(rule, CONTEXT)
    except RuleError as fault:
        column = fault.column

    assert 1 <= column <= len(rule) + 1
