"""A rule picks a contact once, by the first of its memberships for which it holds."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from audiences.segments import compiler, explanation, resolve, vocabularies
from mailer import clock
from mailer.campaigns.models import Campaign
from mailer.campaigns.variants import groups
from mailer.sites.site import Site
from tests.audiences.importing import import_file, write

SEED = 20_270_504
KINDS = ("ngo", "natcom", "delegation")
ROLES = ("focal_point", "representative", "head", "press")
COUNTRIES = ("SN", "ML", "FR")


class At(NamedTuple):
    """What a contact is at one organisation."""

    code: str
    kind: str
    country: str
    roles: frozenset[str]


Holds = Callable[[At], bool]
HERE = f"organisation in ({', '.join(f'm-{each}' for each in range(9))})"
IS_NGO: tuple[str, Holds] = ("kind = ngo", lambda at: at.kind == "ngo")
RULES: list[tuple[str, Holds]] = [
    IS_NGO,
    ("not kind = ngo", lambda at: at.kind != "ngo"),
    (
        "role = focal_point and organisation = m-1",
        lambda at: "focal_point" in at.roles and at.code == "m-1",
    ),
    (
        "role = head and country = SN",
        lambda at: "head" in at.roles and at.country == "SN",
    ),
    (
        "(kind = natcom or role = press)",
        lambda at: at.kind == "natcom" or "press" in at.roles,
    ),
]
with_rules = pytest.mark.parametrize(
    ("text", "holds"), RULES, ids=[text for text, _ in RULES]
)


def people() -> dict[str, list[At]]:
    """Return 60 contacts with one to three memberships each."""
    drawn = random.Random(SEED)  # noqa: S311 (no secret)
    bodies = [
        (f"m-{n}", drawn.choice(KINDS), drawn.choice(COUNTRIES)) for n in range(9)
    ]
    return {
        f"p{number}@many.example": [
            At(*body, frozenset(drawn.sample(ROLES, drawn.randint(0, 2))))
            for body in drawn.sample(bodies, drawn.randint(1, 3))
        ]
        for number in range(60)
    }


@pytest.fixture
async def crowd(site: Site, tmp_path: Path) -> dict[str, list[At]]:
    """Import the contacts, and return them."""
    found = people()
    rows = [
        f"{address};;{' '.join(at.roles)};;{at.code};{at.code};{at.kind};{at.country};;"
        for address, held in found.items()
        for at in held
    ]
    report = await import_file(site, write(tmp_path, *rows))
    assert not report.faults
    return found


def used(holds: Holds, held: list[At]) -> At | None:
    """Return the membership by which a rule reads a contact; None if it picks none."""
    return next((at for at in held if holds(at)), None)


@with_rules
async def test_counts_and_members_are_those_of_the_memberships(
    site: Site, crowd: dict[str, list[At]], text: str, holds: Holds
) -> None:
    expected = {a: at for a, held in crowd.items() if (at := used(holds, held))}
    rule = f"{HERE} and {text}"
    async with site.database.reading() as session:
        context = await context_of(session)
        counted = await resolve.count(session, rule, context)
        listed = [each async for each in resolve.members(session, rule, context)]

    assert any(at is not crowd[address][0] for address, at in expected.items())
    assert counted.count == len(expected)
    assert counted.by_kind == Counter(at.kind for at in expected.values())
    assert [each.address for each in listed] == [a for a in crowd if a in expected]
    assert {each.address: each.organisation for each in listed} == {
        address: at.code for address, at in expected.items()
    }


@with_rules
async def test_groups_have_each_reader_once(
    site: Site, crowd: dict[str, list[At]], text: str, holds: Holds
) -> None:
    """A block is shown for any membership; the letter goes by the first that holds."""
    block, is_ngo = IS_NGO
    campaign = Campaign(
        audience=f"{HERE} and {text}",
        block_rules={"b": f"{HERE} and {block}"},
        block_firsts={},
        hours=[],
        shows_entry=False,
        themes=[],
        fallbacks={},
        default_language="en",
    )
    async with site.database.reading() as session:
        context = await context_of(session)
        found = await groups.group(session, campaign, context, written=["en"])

    picked = [held for held in crowd.values() if used(holds, held)]
    shown = [held for held in picked if used(is_ngo, held)]
    assert sum(each.count for each in found) == len(picked)
    assert sum(g.count for g in found if g.variant.startswith("1/")) == len(shown)


async def test_an_explanation_is_about_one_membership_and_names_the_others(
    site: Site, tmp_path: Path
) -> None:
    rows = (
        "x@both.example;;focal_point;;a;A;ngo;SN;;",
        "x@both.example;;representative;;b;B;natcom;ML;;",
    )
    await import_file(site, write(tmp_path, *rows))
    async with site.database.reading() as session:
        context = await context_of(session)
        contact = await contacts.find(session, "x@both.example", key=site.address_key)
        of_b = await explanation.explain(session, "kind = natcom", contact, context)
        mixed = await explanation.explain(
            session, "kind = natcom and role = focal_point", contact, context
        )

    assert (of_b.included, of_b.organisation, of_b.others) == (True, "b", {"a": False})
    assert of_b.clauses[0].because == "kind is natcom"
    assert (mixed.included, mixed.organisation) == (False, "a")
    assert [each.holds for each in mixed.clauses] == [False, True]
    assert mixed.others == {"b": False}


async def context_of(session: AsyncSession) -> compiler.Context:
    """Return the context of a rule that is not a campaign's."""
    vocabulary = await vocabularies.load(session)
    return compiler.Context(vocabulary=vocabulary, today=clock.now().date())
