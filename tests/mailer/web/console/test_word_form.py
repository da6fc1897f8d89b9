"""Topics and themes in the console: added, changed and retired as forms."""

import pytest

from audiences import topics
from audiences.organisations import Theme
from audiences.record import data_changes
from mailer.sites.site import Site
from tests.acts.console import add_user, version, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
TOPIC = {"kind": "topic", "code": "youth", "name-en": "Youth <b>letter</b>"}


async def test_a_topic_is_added_changed_and_retired(site: Site) -> None:
    async with serving(site) as pages:
        user = await visitor(site, pages, "editor")
        form = await user.get("/words/add?kind=topic")
        added = await user.post("/words/add", TOPIC)
        listed = await user.get("/topics")
        shown = await user.get("/words/edit?kind=topic&code=youth&lang=fr")
        named = TOPIC | {"was-name-en": TOPIC["name-en"], "name-fr": "Jeunes"}
        changed = await user.post("/words/edit", named | {"because": "asked for"})
        unsure = await user.post("/words/retire", TOPIC)
        retired = await user.post("/words/retire", TOPIC | {"sure": "yes"})
        again = await user.post("/words/retire", TOPIC | {"sure": "yes"})
    async with site.database.reading() as session:
        row = await topics.named(session, "youth")
        acts = await data_changes.history(session, code="youth")

    assert form.status_code == 200
    assert [added.status_code, changed.status_code, retired.status_code] == [303] * 3
    assert "Youth &lt;b&gt;letter&lt;/b&gt;" in listed.text
    assert 'value="Youth &lt;b&gt;letter&lt;/b&gt;"' in shown.text
    assert (unsure.status_code, again.status_code) == (422, 422)
    assert row.names == {"en": "Youth <b>letter</b>", "fr": "Jeunes"}
    assert row.retired_at is not None
    assert [each.act for each in acts] == ["added", "edited", "retired"]
    assert acts[1].because == "asked for"


async def test_two_who_change_two_names_lose_none(site: Site) -> None:
    async with serving(site) as pages:
        user = await visitor(site, pages, "editor")
        await user.post("/words/add", TOPIC)
        known = {"kind": "topic", "code": "youth", "name-en": "Youth"}
        known |= {"was-name-en": TOPIC["name-en"]}
        await user.post("/words/edit", known)
        stale = TOPIC | {"was-name-en": TOPIC["name-en"], "name-es": "Jóvenes"}
        await user.post("/words/edit", stale)
    async with site.database.reading() as session:
        row = await topics.named(session, "youth")

    assert row.names == {"en": "Youth", "es": "Jóvenes"}


async def test_a_theme_has_a_sector_and_a_theme_above(site: Site) -> None:
    given = {"kind": "theme", "code": "reading", "name-en": "Reading"}
    async with serving(site) as pages:
        user = await visitor(site, pages, "editor")
        more = {"sectors": "ED", "parent": "sdg-04"}
        added = await user.post("/words/add", given | more)
        page = await user.get("/words?list=themes&search=reading")
    async with site.database.reading() as session:
        row = await session.get_one(Theme, "reading")

    assert added.status_code == 303
    assert "/words/edit?kind=theme&amp;code=reading" in page.text
    assert (row.sectors, row.parent) == ("ED", "sdg-04")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("code", "no code!", "cannot be a code"),
        ("code", "monthly-letter", "already"),
        ("name-en", "", "needs an English name"),
        ("name-fr", "x" * 201, "is no name"),
        ("position", "0", "is no place"),
        ("position", "１²", "is no place"),
    ],
)
async def test_a_faulty_word_is_refused_and_what_was_typed_stays(
    site: Site, field: str, value: str, said: str
) -> None:
    async with serving(site) as pages:
        user = await visitor(site, pages, "editor")
        answer = await user.post("/words/add", TOPIC | {field: value})

    assert answer.status_code == 422
    assert said in answer.text
    assert field == "name-en" or "Youth &lt;b&gt;" in answer.text


async def test_who_may_not_change_words_reads_them_only(site: Site) -> None:
    await add_user(site, "vera", "viewer")
    async with serving(site) as pages:
        vera = await visitor(site, pages, "vera")
        page = await vera.get("/topics")
        refused = await vera.post("/words/edit", TOPIC)
        unknown = await (await visitor(site, pages, "editor")).get(
            "/words/edit?kind=topic&code=x"
        )
        no_kind = await (await visitor(site, pages, "editor")).get("/words/add?kind=x")

    assert "/words/edit" not in page.text
    assert refused.status_code == 403
    assert (unknown.status_code, no_kind.status_code) == (404, 404)


async def test_a_role_is_added_given_and_retired(site: Site) -> None:
    given = {"kind": "role", "code": "treasurer", "name-en": "treasurer"}
    given |= {"name-fr": "trésorière", "name-ar": "أمين الصندوق"}
    async with serving(site) as pages:
        user = await visitor(site, pages, "editor")
        added = await user.post("/words/add", given)
        listed = await user.get("/words?list=roles&lang=fr")
        form = await user.get("/directory/contacts/1/edit?lang=fr")
        held = {"version": version(form.text), "has_roles": "yes"}
        saved = await user.post(
            "/directory/contacts/1/edit", held | {"roles": "treasurer"}
        )
        named = {"kind": "role", "code": "head", "name-fr": "cheffe", "was-name-fr": ""}
        renamed = await user.post("/words/edit", named)
        retired = await user.post(
            "/words/retire", {"kind": "role", "code": "treasurer", "sure": "yes"}
        )
        shown = await user.get("/directory/contacts/1?lang=fr")
        holder = await user.get("/directory/contacts/1/edit?lang=fr")
        other = await user.get("/directory/contacts/2/edit?lang=fr")

    answers = (added, saved, renamed, retired)
    assert [each.status_code for each in answers] == [303] * 4
    assert "أمين الصندوق" in listed.text
    assert "trésorière" in form.text
    assert "trésorière" in shown.text
    assert "trésorière" in holder.text
    assert "cheffe" in other.text
    assert "trésorière" not in other.text


async def test_what_is_retired_is_offered_only_where_it_is_in_use(site: Site) -> None:
    rule = "sub(monthly-letter) and fields has ED"
    async with serving(site) as pages:
        user = await visitor(site, pages, "editor")
        saved = await user.post(
            "/new-rule", {"name": "partners", "rule": rule, "act": "save"}
        )
        before = await user.get("/directory/contacts/new")
        for kind, code in (("topic", "monthly-letter"), ("theme", "sdg-04")):
            word = {"kind": kind, "code": code, "sure": "yes"}
            assert (await user.post("/words/retire", word)).status_code == 303
        new = await user.get("/directory/contacts/new")
        held = await user.get("/directory/contacts/1/edit")
        form = await user.get("/audiences/partners")

    assert saved.status_code == 303
    assert 'value="monthly-letter"' in before.text
    assert 'value="monthly-letter"' not in new.text
    assert 'id="end-monthly-letter"' in held.text
    assert '<option value="News from field offices">' in form.text
    assert '<option value="Monthly letter">' not in form.text
    assert '<option value="Gender equality">' in form.text
    assert '<option value="Quality education">' not in form.text
    assert 'value="Monthly letter"' in form.text  # the rule has it
