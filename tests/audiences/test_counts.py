"""Rules count the same as independent code counts in the CSV files."""

from collections import Counter
from collections.abc import Callable

import pytest

from audiences.segments import compiler, resolve, vocabularies
from mailer import clock
from mailer.sites.site import Site
from tests.acts.directory import Entry, coverage, entries

Picks = Callable[[Entry], bool]
OFFICIAL = ("associate", "consultative")

RULES: list[tuple[str, Picks]] = [
    ("kind = ngo", lambda e: e.kind == "ngo"),
    ("kind in (delegation, natcom)", lambda e: e.kind in {"delegation", "natcom"}),
    ("not kind = ngo", lambda e: e.kind != "ngo"),
    (
        "kind = ngo and status in (associate, consultative)",
        lambda e: e.status in OFFICIAL,
    ),
    (
        (
            "kind = ngo and status in (associate, consultative)"
            " and role in (representative, head) and sub(monthly-letter)"
        ),
        lambda e: e.status in OFFICIAL and "monthly-letter" in e.topics,
    ),
    ("kind = ngo and fields has ED", lambda e: "ED" in e.fields),
    (
        "fields in (SC, IOC) and not fields has ED",
        lambda e: bool(e.fields & {"SC", "IOC"}) and "ED" not in e.fields,
    ),
    (
        (
            "kind = ngo and status in (associate, consultative) and fields has ED"
            " and not country in region(AFR)"
        ),
        lambda e: e.status in OFFICIAL and "ED" in e.fields and e.region != "AFR",
    ),
    ("country = FR", lambda e: e.country == "FR"),
    ("country != FR", lambda e: e.country != "FR"),
    ("country in region(ARB)", lambda e: e.region == "ARB"),
    (
        "region not in (ENA, LAC) and kind = natcom",
        lambda e: e.kind == "natcom" and e.region not in {"ENA", "LAC"},
    ),
    (
        "group = Va and kind = delegation",
        lambda e: e.kind == "delegation" and e.group == "Va",
    ),
    (
        "kind = ngo and served_by = dakar",
        lambda e: e.kind == "ngo" and e.country in coverage("dakar"),
    ),
    (
        "kind = field_office and serves has HT",
        lambda e: "HT" in e.serves,
    ),
    ("segment(official-partners)", lambda e: e.status in OFFICIAL),
    (
        "not segment(official-partners) and kind = ngo",
        lambda e: e.kind == "ngo" and e.status not in OFFICIAL,
    ),
    ("speaks(ar)", lambda e: e.language == "ar"),
    ("lang in (ru, zh)", lambda e: e.language in {"ru", "zh"}),
    ("level = regional", lambda e: e.level == "regional"),
    ("desk in (ED, SC)", lambda e: e.kind == "sector" and e.code in {"ED", "SC"}),
    (
        "kind = sector and desk in sectors(forum-09, thes-1)",
        lambda e: e.kind == "sector" and e.code in {"SHS", "ED"},
    ),
    (
        "kind in (delegation, natcom) and role in (head, focal_point)",
        lambda e: e.kind in {"delegation", "natcom"},
    ),
    (
        "role = directory_editor and last_confirmed < today - 180d",
        lambda e: e.kind == "ngo",
    ),
    (
        "sub(sector-CLT) or sub(forum-conclusions)",
        lambda e: bool(e.topics & {"sector-CLT", "forum-conclusions"}),
    ),
]


@pytest.mark.parametrize(("rule", "picks"), RULES, ids=[rule for rule, _ in RULES])
async def test_a_rule_counts_the_same_as_the_files(
    site: Site, rule: str, picks: Picks
) -> None:
    expected = [entry for entry in entries() if picks(entry)]
    async with site.database.reading() as session:
        vocabulary = await vocabularies.load(session)
        context = compiler.Context(vocabulary=vocabulary, today=clock.now().date())
        counted = await resolve.count(session, rule, context)

    assert expected
    assert counted.count == len(expected)
    assert counted.by_kind == Counter(entry.kind for entry in expected)
    assert counted.by_language == Counter(entry.language or "und" for entry in expected)


async def test_members_are_the_readers_in_the_files(site: Site) -> None:
    async with site.database.reading() as session:
        vocabulary = await vocabularies.load(session)
        context = compiler.Context(vocabulary=vocabulary, today=clock.now().date())
        found = [each async for each in resolve.members(session, "lang = ar", context)]

    assert {member.address for member in found} == {
        entry.address for entry in entries() if entry.language == "ar"
    }
