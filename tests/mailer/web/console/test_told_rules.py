"""A rule is told in words: who its readers are, and what a change makes of them."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.segments import grammar, rules, save
from audiences.segments.rules import Rule
from mailer import clock
from mailer.sites.site import Site
from mailer.web.console.rules import naming, telling
from mailer.web.console.rules.clauses import RuleWords
from mailer.web.console.rules.naming import RuleTeller
from tests.acts import campaigning
from tests.acts.console import add_user, visitor
from tools import samples
from tools.peers.serving import serving

TODAY = date(2027, 5, 4)
LEAVES = st.sampled_from(
    ["kind = ngo", "kind != ngo", "sub(news)", "country in (FR, ML)", "speaks(ar)"]
)
RULES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda x: f"({' and '.join(x)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda x: f"({' or '.join(x)})"),
        inner.map(lambda x: f"not ({x})"),
    ),
    max_leaves=8,
).map(grammar.parse)


def holds(rule: Rule, true: frozenset[str]) -> bool:
    """Whether a rule holds for somebody of whom some affirmed clauses are true."""
    match rule:
        case rules.All(rules=parts):
            return all(holds(each, true) for each in parts)
        case rules.Any(rules=parts):
            return any(holds(each, true) for each in parts)
        case rules.Not(rule=inner):
            return not holds(inner, true)
    text = rules.write(rule)
    return (
        text.replace("!=", "=") in true
        if "!=" not in text
        else (text.replace("!=", "=") not in true)
    )


@given(RULES, st.frozensets(LEAVES.filter(lambda each: "!=" not in each)))
def test_what_is_told_of_a_rule_is_true_of_those_whom_it_picks(
    rule: Rule, true: frozenset[str]
) -> None:
    parts = telling.parts_of(rule)
    in_group = not parts.groups or any(holds(each, true) for each in parts.groups)
    asked = all(holds(each, true) for each in parts.every)
    left_out = any(holds(each, true) for each in parts.but)

    assert (in_group and asked and not left_out) == holds(rule, true)


@given(RULES, RULES)
def test_any_two_rules_are_told_and_compared(old: Rule, new: Rule) -> None:
    words = samples.catalogues()["en"]
    known = RuleWords(words=words, names={}, today=TODAY)
    told = telling.told(old, known)

    assert told.lead.startswith("Readers: ")
    assert "%(" not in "".join((told.lead, *told.groups, *told.rest))
    assert telling.changes(old, old, known) == []
    if rules.write(old) != rules.write(new):
        telling.changes(old, new, known)


async def teller(site: Site, language: str, *texts: str) -> RuleTeller:
    async with site.database.reading() as session:
        return await naming.teller(site, session, texts, language, TODAY)


TOLD = [
    (
        "en",
        "kind = ngo and country in (region(AFR), SN) and sub(monthly-letter)",
        """
Readers: those whose organisation is of the kind Non-governmental organisation, and
whose organisation has its seat in a country of the region Africa or Senegal, and who
subscribe to “Monthly letter”.""",
    ),
    (
        "fr",
        "(kind = natcom or kind = ngo and status != associate) and not lang = fr",
        """
Destinataires : toutes les personnes de l’un de ces groupes.
les personnes dont l’organisation est de la catégorie : Commission nationale
les personnes dont l’organisation est de la catégorie : Organisation non
gouvernementale, mais pas celles dont l’ONG a le statut : Statut d’association
Parmi elles, mais pas celles dont la première langue est : français.""",
    ),
    (
        "en",
        "last_confirmed < today - 180d and organisation = ICOM",
        """
Readers: those whose entry was confirmed before 5 November 2026 (days before today:
180), and who belong to the organisation “International Council of Museums”.""",
    ),
    (
        "es",
        "country = Sénégal",
        "Destinatarios: las personas cuya organización tiene su sede en Senegal.",
    ),
    ("en", "a-rule", "Readers: those whom the saved rule “a-rule” picks."),
]


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(("language", "rule", "expected"), TOLD)
async def test_a_rule_is_told_with_the_names_of_the_page_s_language(
    site: Site, language: str, rule: str, expected: str
) -> None:
    async with site.database.writing() as session:
        await save.save(session, "a-rule", "kind = ngo", by="editor", now=clock.now())
    told = (await teller(site, language, rule)).told(rule)

    assert told is not None
    lines = " ".join((told.lead, *told.groups, *told.rest))
    assert lines.split() == expected.split()


CHANGES = [
    (
        "kind = ngo and country in (SN, ML)",
        "kind = ngo and country in (SN, FR)",
        [
            "Now also: those whose organisation has its seat in France.",
            "No longer: those whose organisation has its seat in Mali.",
        ],
    ),
    (
        "kind = ngo and speaks(fr)",
        "(kind = ngo or kind = natcom) and speaks(fr) and not country = FR",
        [
            "Now also: those whose organisation is of the kind National Commission.",
            "Now left out: those whose organisation has its seat in France.",
        ],
    ),
    (
        "kind = ngo",
        "kind = ngo and speaks(ar)",
        ["Now only those who read Arabic."],
    ),
    (
        "not country in (FR, ML)",
        "not country = FR",
        ["No longer left out: those whose organisation has its seat in Mali."],
    ),
    ("kind = ngo", "kind =", []),
]


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(("before", "after", "said"), CHANGES)
async def test_a_change_of_a_rule_says_what_becomes_of_its_readers(
    site: Site, before: str, after: str, said: list[str]
) -> None:
    known = await teller(site, "en", before, after)

    assert known.changes(before, after) == said


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("rule", ["nothing = x", "kind =", "x" * 3_000, "((", "sub()"])
async def test_what_cannot_be_read_is_shown_as_it_is(site: Site, rule: str) -> None:
    assert (await teller(site, "fr", rule)).told(rule) is None


@pytest.mark.parametrize("store", ["sqlite"])
async def test_an_approver_reads_who_gets_a_letter_and_who_gets_it_now_as_well(
    site: Site, tmp_path: Path
) -> None:
    await add_user(site, "paul", "approver", "author", address="paul@unit.int")
    number = await campaigning.approved(site, tmp_path)
    async with serving(site) as pages:
        editor = await visitor(site, pages, "editor")
        here = f"/campaigns/{number}"
        await editor.post(f"{here}/take-back", {"language": "en"})
        shown = (await editor.get(f"{here}/audience")).text
        base = found(r'name="base" value="([^"]+)"', shown)
        rule = campaigning.SECTORS.replace("kind = sector", "kind in (sector, natcom)")
        saved = await editor.post(
            f"{here}/audience", {"act": "save", "base": base, "rule": rule}
        )
        paul = await visitor(site, pages, "paul")
        approval = (await paul.get(f"{here}/approval?lang=fr")).text
        others = {
            page: (await paul.get(f"{here}{page}?lang=fr")).text
            for page in ("", "/audience", "/check", "/versions")
        }

    assert saved.status_code == 303
    kinds = "Bureau du Secrétariat ou Commission nationale"
    told = f"dont l’organisation est de la catégorie\xa0: {kinds}, et qui sont abonnées"
    also = "Maintenant aussi\xa0: les personnes dont l’organisation est de la catégorie"
    assert told in approval
    assert f"{also}\xa0: Commission nationale." in approval
    assert f"<code>{rule}</code>" in approval
    assert "<h3>destinataires <" in approval
    for page, text in others.items():
        assert (also if "versions" in page else told) in text, page


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None
    return match[1]
