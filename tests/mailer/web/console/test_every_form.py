"""What a refused form says: in its title, in its fields, and by their labels."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest

from mailer.sites.site import Site
from mailer.web.console.names.column_names import NAMES
from tests.acts.console import SAME, Visitor, visitor
from tests.mailer.web.console.test_directory import STEWARD
from tests.mailer.web.console.test_every_page import filled
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
LEAVES = re.compile("/sign-out|/export|/document")  # signed out; files
NONSENSE = "§ nonsense {{ "
KEYS = re.compile("|".join(rf"\b{each}\b" for each in NAMES if "_" in each))
KEPT = frozenset({"hidden", "checkbox", "radio", "file"})  # types that are not typed


def text_of(element: Any) -> str:
    """Return the words of an element, on one line."""
    return " ".join("".join(element.itertext()).split())


def lines_of(form: Any) -> list[Any]:
    """Return the inputs and text areas of a form, in their order."""
    return [each for each in form.iter() if each.tag in {"input", "textarea"}]


def values_of(form: Any, typed: str) -> dict[str, list[str]]:
    """Return what a browser sends of a form in whose lines something was typed."""
    found: dict[str, list[str]] = {}
    for each in lines_of(form):
        name, kind = each.get("name"), each.get("type", "text")
        if not name or kind == "file":
            continue
        if kind in {"checkbox", "radio"}:
            if each.get("checked") is not None:
                found.setdefault(name, []).append(each.get("value", "on"))
        elif each.tag == "input" and kind in KEPT:
            found.setdefault(name, []).append(each.get("value", ""))
        else:
            found.setdefault(name, []).append(typed)
    for each in form.iter("select"):
        options = list(each.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None]
        value = next((one.get("value") for one in (*chosen, *options)), "")
        found.setdefault(each.get("name"), []).append(value or "")
    return found


def forms_of(page: str, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the forms of a page with a line to type in, each with its address."""
    for form in html5lib.parse(page, namespaceHTMLElements=False).iter("form"):
        lines = [
            each
            for each in lines_of(form)
            if each.tag == "textarea" or each.get("type", "text") not in KEPT
        ]
        action = form.get("action") or f"/console{path}"
        if form.get("method") == "post" and lines and not LEAVES.search(action):
            yield action, form


async def wrong_with(user: Visitor, action: str, form: Any, typed: str) -> list[str]:
    """Send a form; return what is wrong with the page of its refusal."""
    answer = await user.pages.post(
        action, values_of(form, typed), Cookie=user.cookie, **SAME
    )
    if answer.status_code < 400:
        return []
    if answer.status_code >= 500:
        return [f"status {answer.status_code}"]
    page = html5lib.parse(answer.text, namespaceHTMLElements=False)
    found = []
    if not text_of(next(page.iter("title"))).startswith("Error: "):
        found.append("title")
    if len(list(page.iter("h1"))) != 1:
        found.append("headings")
    fault = next((each for each in page.iter("div") if each.get("id") == "fault"), None)
    if fault is not None:
        tied = re.search(r'aria-describedby="[^"]*\bfault"', answer.text)
        if not tied and any(forms_of(answer.text, "")):
            found.append("not tied to a field")
        if key := KEYS.search(text_of(fault)):
            found.append(f"names {key[0]}")
    return found


@pytest.mark.prove
async def test_every_form_says_in_its_title_and_fields_that_it_was_refused(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    wrong, seen = {}, set()
    async with serving(site) as pages:
        user, wanted = await filled(site, tmp_path, pages, ("a text",))
        for path in wanted:
            answer = await user.get(path)
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            for action, form in forms_of(answer.text, path):
                kind = re.sub(r"\d+", "1", action)
                if kind in seen:
                    continue
                seen.add(kind)
                for typed in ("", NONSENSE):
                    if found := await wrong_with(user, action, form, typed):
                        wrong[action, typed] = found

    assert wrong == {}
    assert len(seen) > 30


async def test_a_refusal_names_a_field_by_its_label(site: Site) -> None:
    async with serving(site) as pages:
        user = await visitor(site, pages, STEWARD)
        path = "/directory/organisations/new"
        empty = await user.post(path, {"organisation_name": "New", "kind": "ngo"})
        kindless = await user.post(path, {"organisation": "NEW"})
        odd = await user.post(
            path,
            {"organisation": "§ no", "organisation_name": "New", "kind": "ngo"},
        )
        contact = await user.post("/directory/contacts/new", {"address": "a@b.example"})
        said = [
            re.sub(r"\s+", " ", re.sub("<[^>]*>", "", html.unescape(each[1])))
            for each in (
                re.search(r'id="fault">(.*?)</div>', answer.text, re.DOTALL)
                for answer in (empty, kindless, odd, contact)
            )
            if each is not None
        ]

    assert "needs Code of the organisation" in said[0]
    assert "needs Kind and Official name" in said[1]
    assert "Code of the organisation '§ no'" in said[2]
    assert len(said) == 4
    assert not any("_" in each for each in said)
    tag = re.search(r'<input id="organisation"[^>]*>', odd.text)
    assert tag is not None
    assert 'aria-invalid="true"' in tag[0]
    assert "fault" in tag[0].partition("aria-describedby=")[2]
