"""A list is uploaded, checked, applied with its number, and taken back."""

import re
from html import unescape

import httpx
import pytest
from sqlalchemy import func, select

from audiences.contacts import Contact
from audiences.intake.models import Import
from mailer.signin import tokens
from mailer.sites.site import Site
from mailer.web.console.guard import FIELD
from mailer.web.console.imports import uploads
from tests.acts.console import SAME, Visitor, add_user, visitor
from tools.peers.serving import serving

STEWARD = "editor"
PLACE = "/directory/imports"
LIST = """address;name;organisation;country;mystery
new@icom.example;<script>alert(1)</script>;icom;Senegalx;x
broken;;icom;;
other@icom.example;Other;icom;;
"""


async def upload(visitor: Visitor, name: str, content: bytes) -> httpx.Response:
    """Send a file as a browser does."""
    return await visitor.pages.client.post(
        f"{visitor.pages.url}/console{PLACE}",
        files={"list": (name, content)},
        data={FIELD: tokens.form_token(visitor.token)},
        headers={"Cookie": visitor.cookie, **SAME},
    )


def place_of(answer: httpx.Response) -> str:
    """Return the path of the check of a list."""
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).removeprefix("/console")


async def contacts(site: Site) -> int:
    async with site.database.reading() as session:
        return await session.scalar(select(func.count(Contact.id))) or 0


@pytest.mark.prove
async def test_a_list_is_checked_applied_and_undone(site: Site) -> None:
    before = await contacts(site)
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        check = place_of(await upload(steward, "../../été.csv", LIST.encode()))
        shown = await steward.get(check)
        left_out = await steward.get(f"{check}?c1=-")
        mended = await steward.get(check.replace("/check/", "/mend/"))
        assert await contacts(site) == before
        for form, status in (
            ({"number": "3", "count": "2"}, 422),  # another than the page says
            ({"number": "9", "count": "9"}, 422),  # another than the list has now
            ({"number": "2", "count": "2"}, 303),
            ({"number": "2", "count": "2"}, 404),  # it was applied
        ):
            answer = await steward.post(check, form)
            assert answer.status_code == status, (form, answer.text)
        assert await contacts(site) == before + 2
        listed = await steward.get(PLACE)
        number = max(map(int, re.findall(r"imports/(\d+)/undo", listed.text)))
        undo = f"{PLACE}/{number}/undo"
        dry = await steward.get(undo)
        wrong = await steward.post(undo, {"number": "1"})
        assert await contacts(site) == before + 2
        done = await steward.post(undo, {"number": "2"})
        again = await steward.post(undo, {"number": "2"})
    async with site.database.reading() as session:
        record = await session.get_one(Import, number)

    assert "Check of été.csv" in shown.text
    assert "<script>alert" not in shown.text
    assert "&lt;script&gt;" in shown.text
    assert "Rows to be written: 2." in shown.text
    assert "no @ in it" in shown.text
    assert "leave out" in left_out.text
    assert mended.content.startswith(b"PK")
    assert "Type the number of rows that change: 2" in dry.text
    assert (wrong.status_code, done.status_code, again.status_code) == (422, 303, 422)
    assert (record.file, record.by) == ("été.csv", STEWARD)
    assert await contacts(site) == before


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_column_that_is_not_understood_is_chosen_on_the_page(
    site: Site,
) -> None:
    content = b"E-mail;Chose;Code\nq@icom.example;Awa;icom\n"
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        check = place_of(await upload(steward, "list.csv", content))
        chosen = await steward.get(f"{check}?c1=name&c2=organisation")
        form = {"c1": "name", "c2": "organisation", "number": "1", "count": "1"}
        assert (await steward.post(check, form)).status_code == 303
        found = await steward.get("/directory?search=q%40icom.example")

    assert "Rows to be written: 1." in chosen.text
    assert "Awa</a>" in found.text


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_what_the_check_says_of_a_list_is_in_the_language_of_the_page(
    site: Site,
) -> None:
    content = b"Email,Organisation,Blub\nno address,ICOM,1\nb@x.org,Nowhere,2\n"
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        check = place_of(await upload(steward, "list.csv", content))
        french = unescape((await steward.get(f"{check}?lang=fr")).text)
        spanish = unescape((await steward.get(f"{check}?lang=es")).text)
        english = unescape((await steward.get(f"{check}?lang=en")).text)

    for each in (
        "il y manque l’arobase",
        "la première ligne qui la mentionne doit avoir kind",
    ):
        assert each in french, each
    assert "d’après son intitulé" in french
    assert "--" not in re.sub("<.*?>", "", english) + re.sub("<.*?>", "", spanish)
    assert "por su encabezado" in spanish
    assert '<span lang="en" dir="ltr">nowhere is new: the first row' in spanish


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_list_of_another_user_is_not_found(site: Site) -> None:
    await add_user(site, "sara", "steward")
    async with serving(site) as pages:
        steward, sara = [await visitor(site, pages, each) for each in (STEWARD, "sara")]
        check = place_of(await upload(steward, "list.csv", LIST.encode()))
        assert (await sara.get(check)).status_code == 404
        assert (
            await sara.post(check, {"number": "2", "count": "2"})
        ).status_code == 404
        for token in ("a" * 22, "..%2f..%2fsecrets", "%00", "a" * 5000):
            assert (await steward.get(f"{PLACE}/check/{token}")).status_code == 404


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("a.csv", b"", 422),
        ("large.csv", b"a" * (uploads.MAX_SIZE + 1), 422),
        ("larger.csv", b"a" * (uploads.MAX_SIZE * 2), 413),
        ("zeros.csv", b"\0" * 1000, 303),
        ("bomb.xlsx", b"PK\x03\x04" + b"\0" * 100, 303),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, 303),
        ("...", b"no list at all", 303),
        ("\u202e" + "x" * 400 + ".csv", b"no list at all", 303),
    ],
    ids=lambda value: value[:9] if isinstance(value, str) else "",
)
async def test_what_is_no_list_is_refused_in_a_sentence(
    site: Site, name: str, content: bytes, status: int
) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        answer = await upload(steward, name, content)
        assert answer.status_code == status
        if status == 303:
            answer = await steward.get(place_of(answer))
            assert answer.status_code == 422
    heading = "Too large" if status == 413 else "This did not work"
    assert heading in answer.text
    assert "--" not in re.sub(r"<[^>]*>", "", answer.text)  # no option of a command


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_user_keeps_a_limited_number_of_lists(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        for _ in range(uploads.MAX_KEPT):
            place_of(await upload(steward, "list.csv", b"x"))
        refused = await upload(steward, "list.csv", b"x")
    folder = site.root / uploads.FOLDER
    modes = {each.stat().st_mode & 0o777 for each in folder.rglob("*")}

    assert refused.status_code == 422
    assert modes == {0o600, 0o700}
