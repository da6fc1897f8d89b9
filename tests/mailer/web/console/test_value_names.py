"""A rule's form has the names of its values, and its rule keeps their codes."""

import re
from html import unescape
from pathlib import Path

import pytest

from audiences.segments import vocabularies
from mailer.campaigns import lookup
from mailer.sites.site import Site
from mailer.web.console import strings
from mailer.web.console.rules import value_names
from mailer.web.console.rules.naming import NameLookup
from mailer.web.console.rules.sentence import Row
from mailer.web.console.rules.value_names import KINDS, NAMED
from tests.acts import campaigning
from tests.mailer.web.console.test_writing import editor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
VALUES = re.compile(r'name="values" value="([^"]*)"')
RULE = "kind in (ngo, natcom) and country = FR and lang = fr"


def row(fact: str, *values: str) -> Row:
    return Row(part="all", fact=fact, sign="in", values=", ".join(values))


@pytest.mark.parametrize("language", sorted(strings.LANGUAGES))
async def test_each_code_is_shown_by_a_name_that_is_read_as_this_code(
    site: Site, language: str
) -> None:
    async with site.database.reading() as session:
        vocabulary = await vocabularies.load(session)
        named = NameLookup(site, session, language)
        names = await value_names.load(named, vocabulary)
    shown = 0
    for fact, values in KINDS.items():
        if values in NAMED:
            codes = sorted(map(str, vocabulary.offered(values)))
            for each in (row(fact, *codes), *(row(fact, code) for code in codes)):
                assert names.read(names.shown(each)) == each
                assert names.read(each) == each  # codes are taken, too
            shown += sum(names.shown(row(fact, x)).values != x for x in codes)

    assert shown > 500
    one, other = (names.offered("kind")[each] for each in (0, -1))
    assert names.read(row("kind", f"{one}، {other}")).values.count(",") == 1
    assert names.shown(row("served_by", "dakar")).values != "dakar"
    assert names.read(row("kind", "x", '"a, b"')).values == 'x, "a, b"'
    assert names.shown(row("country", "region(AFR, EUR)")).values == "region(AFR, EUR)"


async def test_a_person_reads_and_types_names_and_codes_are_saved(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path, audience=RULE)
    number = await campaigning.add(site, path)
    here = f"/campaigns/{number}/audience?lang=fr"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        page = (await ed.get(here)).text
        base = re.search(r'name="base" value="([^"]+)"', page)
        assert base is not None
        shown = [unescape(each) for each in VALUES.findall(page)]
        typed = {
            "part": ["all", "all", "except"],
            "fact": ["kind", "country", "speaks"],
            "sign": ["=", "in", "holds"],
            "values": ["bureau hors siège", "Sénégal, ML", "Arabe"],
        }
        tried = await ed.post(here, {**typed, "act": "try"})
        await ed.post(here, {**typed, "act": "save", "base": base[1]})

    assert shown[0] == "Organisation non gouvernementale, Commission nationale"
    assert shown[1:3] == ["France", "français"]
    assert "Bureau hors Siège" in VALUES.findall(tried.text)[0]
    async with site.database.reading() as session:
        saved = (await lookup.get(session, number)).audience.split(" and ")
    assert saved == ["kind = field_office", "country in (SN, ML)", "not speaks(ar)"]


def test_a_name_in_use_is_that_of_its_code_and_of_no_retired_one(store: str) -> None:
    known = {"new": "News", "old": "News", "gone": "Past", "a": "Same", "b": "Same"}

    found = dict(value_names._unmistakable(known, {"old", "gone"}))

    assert found == {"new": "News", "gone": "Past"}
