"""Saved rules that name each other stay small, and are refused before they are not."""

import time

import pytest

from audiences import contacts
from audiences.errors import RuleError
from audiences.segments import (
    alternatives,
    compiler,
    explanation,
    resolve,
    save,
    vocabularies,
)
from audiences.segments.compiler import Context
from audiences.segments.vocabularies import CountryTraits, Vocabulary
from mailer import clock
from mailer.sites.site import Site

AFRICA = {f"A{n}": CountryTraits(region="AFR", group=None) for n in range(54)}


def doubling(levels: int, *, joined: str = " or ") -> dict[str, str]:
    """Return saved rules of which each names the one before twice."""
    saved = {"level-0": "kind = ngo"}
    for level in range(1, levels + 1):
        saved[f"level-{level}"] = joined.join([f"segment(level-{level - 1})"] * 2)
    return saved


def context(segments: dict[str, str]) -> Context:
    vocabulary = Vocabulary(segments=segments, countries=AFRICA)
    return Context(vocabulary=vocabulary, today=clock.now().date())


def test_rules_that_double_are_refused_at_once_with_the_name_of_the_rule() -> None:
    began = time.monotonic()

    with pytest.raises(RuleError, match="512 clauses in the saved rule level-9"):
        compiler.condition("segment(level-19)", context(doubling(19)))

    assert time.monotonic() - began < 0.5


def test_rules_in_one_long_chain_are_refused_with_a_sentence() -> None:
    saved = {"link-0": "kind = ngo"}
    saved |= {f"link-{n}": f"segment(link-{n - 1})" for n in range(1, 2_000)}

    with pytest.raises(RuleError, match="over 20 levels"):
        compiler.condition("segment(link-1999)", context(saved))


def test_rules_with_too_many_levels_are_refused_before_the_store_overflows() -> None:
    saved = {"level-0": "kind = ngo"}
    for level in range(1, 12):
        inner = f"segment(level-{level - 1})"
        saved[f"level-{level}"] = f"not (kind = ngo and {inner})"

    with pytest.raises(RuleError, match="more than 20 levels of not, and, or in the"):
        compiler.condition("level-11", context(saved))


def test_rules_with_many_values_count_as_more_clauses() -> None:
    saved = {"africa": " or ".join(["country in region(AFR)"] * 150)}
    saved["twice"] = "segment(africa) or segment(africa)"

    with pytest.raises(RuleError, match="600 clauses in the saved rule twice"):
        compiler.condition("twice", context(saved))


@pytest.mark.parametrize("joined", [" or ", " and "])
def test_ways_of_rules_that_double_are_found_at_once(joined: str) -> None:
    began = time.monotonic()

    ways = alternatives.alternatives("level-30", doubling(30, joined=joined))

    assert ways == []
    assert time.monotonic() - began < 0.5


def test_ways_of_rules_in_a_circle_end() -> None:
    saved = {"one": "segment(two) or segment(two)", "two": "segment(one) or kind = ngo"}

    assert 0 < len(alternatives.alternatives("one", saved)) <= alternatives.MAX_WAYS


def test_rules_of_one_statement_are_counted_together() -> None:
    saved = doubling(8)
    rules = ["segment(level-8)"] * 8  # 256 clauses each

    with pytest.raises(RuleError, match="more than 2,000 clauses together"):
        compiler.conditions_of(rules, context(saved))


async def test_the_largest_rule_is_counted_and_explained(site: Site) -> None:
    now = clock.now()
    async with site.database.writing() as session:
        for name, rule in doubling(8).items():
            await save.save(session, name, rule, by="editor", now=now)
        deep = "level-8"
        for level in range(6):
            rule = f"not (lang = fr and segment({deep}))"
            await save.save(
                session, deep := f"deep-{level}", rule, by="editor", now=now
            )

    async with site.database.reading() as session:
        vocabulary = await vocabularies.load(session)
        context = Context(vocabulary=vocabulary, today=now.date())
        counted = await resolve.count(session, "level-8", context)
        plain = await resolve.count(session, "kind = ngo", context)
        contact = await contacts.find(
            session, "unesco-liaison@icom.example", key=site.address_key
        )
        explained = await explanation.explain(session, deep, contact, context)

    assert counted == plain
    assert explained.clauses[0].clause == "lang = fr"


async def test_a_rule_is_not_saved_when_others_that_name_it_would_be_too_large(
    site: Site,
) -> None:
    now = clock.now()
    wide = " or ".join(["kind = ngo"] * 200)
    async with site.database.writing() as session:
        await save.save(session, "small", "kind = ngo", by="editor", now=now)
        rule = "segment(small) or segment(small) or segment(small)"
        await save.save(session, "thrice", rule, by="editor", now=now)

    with pytest.raises(save.SegmentError, match="the saved rule thrice names small"):
        async with site.database.writing() as session:
            await save.save(session, "small", wide, by="editor", now=now)

    async with site.database.reading() as session:
        vocabulary = await vocabularies.load(session)
    assert vocabulary.segments["small"] == "kind = ngo"


async def test_saving_rules_that_double_holds_the_store_for_a_moment(
    site: Site,
) -> None:
    rule = "kind = ngo"
    longest = 0.0
    with pytest.raises(RuleError, match="clauses in the saved rule boom-9"):
        for level in range(18):
            began = time.monotonic()
            async with site.database.writing() as session:
                name = f"boom-{level}"
                await save.save(session, name, rule, by="editor", now=clock.now())
            longest = max(longest, time.monotonic() - began)
            rule = f"segment({name}) or segment({name})"

    assert longest < 1


def test_a_saved_rule_is_compiled_once() -> None:
    picked = compiler.condition("level-1", context(doubling(1)))

    first, second = picked.get_children()
    assert first is second
