"""Which blocks readers see and in which order, and the letters that result."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import gate, preview
from mailer.campaigns.variants import codes, groups, letters
from mailer.campaigns.variants.codes import Others, Traits
from mailer.sites.site import Site
from tests.acts import campaigning
from tools.checkout import TEMPLATES

BLOCKS = {"a": "note", "b": "item", "c": "item", "d": "note", "e": "item"}
SETS = st.frozensets(st.sampled_from(sorted(BLOCKS)))
TRAITS = st.builds(Traits, hidden=SETS, first=SETS)


def seen(traits: Traits) -> list[str]:
    return [each for each in codes.order(traits, BLOCKS) if isinstance(each, str)]


def test_the_first_blocks_come_before_the_others_of_their_type() -> None:
    traits = Traits(first=frozenset("e"))

    assert codes.order(traits, BLOCKS) == [
        *("a", "e"),
        Others(type="item"),
        *("b", "d", "c"),
    ]


@given(TRAITS)
def test_nothing_is_lost_or_shown_twice(traits: Traits) -> None:
    assert sorted(seen(traits)) == sorted(set(BLOCKS) - traits.hidden)


@given(TRAITS)
def test_blocks_change_places_only_with_blocks_of_their_type(traits: Traits) -> None:
    plain = [each for each in BLOCKS if each not in traits.hidden]

    assert [BLOCKS[each] for each in seen(traits)] == [BLOCKS[each] for each in plain]


@given(TRAITS)
def test_decoding_a_code_gives_the_traits_again(traits: Traits) -> None:
    rules = dict.fromkeys(BLOCKS, "kind = ngo")
    campaign = Campaign(block_rules=rules, block_firsts=rules)
    text = codes.encode(campaign, traits)

    assert codes.decode(campaign, text) == traits


@given(TRAITS, TRAITS)
def test_two_readers_get_one_letter_exactly_if_they_see_the_same(
    one: Traits, other: Traits
) -> None:
    alike = codes.order(one, BLOCKS) == codes.order(other, BLOCKS)
    same = codes.canonical(one, BLOCKS, []) == codes.canonical(other, BLOCKS, [])

    assert same == alike


def test_zones_with_the_same_offset_are_one_variant() -> None:
    hours = [datetime(2027, 5, 3, 13, tzinfo=UTC)]
    paris, madrid, tokyo = (
        codes.canonical(Traits(zone=zone), BLOCKS, hours).zone
        for zone in ("Europe/Paris", "Europe/Madrid", "Asia/Tokyo")
    )

    assert (paris, madrid, tokyo) == ("+0200", "+0200", "+0900")


def sample(name: str) -> Path:
    return TEMPLATES / name / "sample"


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("address", "first", "other"),
    [
        ("focal-point@ed.sector.example", "Reconnaître", "Associer"),
        ("delegation@delegation-fr.example", "Associer", "Former"),
    ],
)
async def test_each_addressee_sees_their_recommendations_first(
    site: Site, address: str, first: str, other: str
) -> None:
    number = await campaigning.add(site, sample("forum-conclusions"))
    made = await preview.preview(site, number, address, now=clock.now())
    text = made.letter.text

    assert text.index(first) < text.index("Autres recommandations") < text.index(other)
    assert "Autres recommandations" in made.letter.html


async def test_each_letter_is_rendered_once(site: Site) -> None:
    number = await campaigning.add(site, sample("forum-conclusions"))
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        content = await letters.content_of(session, site, campaign)
        context = await lookup.context_of(session, campaign, now=clock.now())
        found = await groups.group(session, campaign, context, written=content.written)
    needed = letters.needed(content, found)
    checked = await gate.check(site, number, now=clock.now())

    delegations_and_commissions_in_six_languages_and_sectors = 13
    assert len(needed) == delegations_and_commissions_in_six_languages_and_sectors
    assert checked.variants == len(needed)
