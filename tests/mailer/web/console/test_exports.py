"""Exports ask for a reason and are recorded; lists have no persons."""

import io
import zipfile

import pytest
from sqlalchemy import select

from audiences.record.data_changes import DataChange
from mailer.sites.site import Site
from tests.acts.console import add_user, age_sign_ins, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
STEWARD = "editor"
PLACE = "/directory/export"


async def test_many_persons_need_a_reason_and_each_export_is_recorded(
    site: Site,
) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        refused = await steward.post(PLACE, {"form": "csv"})
        few = {"form": "csv", "kind": "ngo", "region": "AFR", "field": "ED"}
        shown = await steward.get(f"{PLACE}?kind=ngo&region=AFR&field=ED")
        some = await steward.post(PLACE, few)
        all_of_them = {"form": "xlsx", "because": "yearly meeting"}
        every = await steward.post(PLACE, all_of_them)
        cards = await steward.post(PLACE, {**few, "form": "vcf"})
    async with site.database.reading() as session:
        rows = (await session.scalars(select(DataChange))).all()
    recorded = [each for each in rows if each.kind == "export"]

    assert refused.status_code == 422
    assert "say why" in refused.text
    number = len(some.text.splitlines()) - 1
    assert f"Contacts with names and addresses: {number}." in shown.text
    assert "attachment" in some.headers["content-disposition"]
    assert zipfile.is_zipfile(io.BytesIO(every.content))
    assert cards.text.startswith("BEGIN:VCARD")
    assert [each.because for each in recorded] == [None, "yearly meeting", None]
    assert recorded[0].by == STEWARD


async def test_who_signed_in_long_ago_signs_in_again_to_export(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        await age_sign_ins(site)
        answer = await steward.post(PLACE, {"form": "csv", "kind": "ngo"})

    assert answer.status_code == 422
    assert "sign in again" in answer.text


async def test_a_list_of_the_directory_is_written_in_each_form(site: Site) -> None:
    await add_user(site, "vera", "viewer")
    place = "/directory/lists/file?list=focal-points&language=fr&form="
    async with serving(site) as pages:
        steward, vera = [await visitor(site, pages, each) for each in (STEWARD, "vera")]
        html = await steward.get(f"{place}html")
        csv = await steward.get(f"{place}csv")
        xlsx = await steward.get(f"{place}xlsx")
        assert (await vera.get(f"{place}csv")).status_code == 403
        for wrong in ("pdf", "", "../../x"):
            assert (await steward.get(place + wrong)).status_code == 404

    assert html.headers["content-disposition"].startswith("attachment")
    assert "Points focaux" in html.text
    assert "@natcom-" in csv.text
    assert zipfile.is_zipfile(io.BytesIO(xlsx.content))
