"""A refusal is tied to the fields that it is about."""

import re

import pytest

from mailer.web.console import tied

PAGE = """<label for="no">Number</label>
<form><input id="no" value="Mars/Olympus"></form>
<div class="fault" id="fault"><h2>This did not work</h2><p>{said}</p></div>
<form method="post"><input type="hidden" name="key" value="Mars/Olympus">
<label for="zone">Time <b>zone</b></label>
<span id="zone-hint">Such as Africa/Dakar</span>
<input id="zone" value="Mars/Olympus" aria-describedby="zone-hint">
<label for="shown">Name that people read</label><textarea id="shown">
Mars &amp; Olympus</textarea></form>
<form><label for="x">Zone</label><input id="x" value="Mars/Olympus"></form>"""


def described(said: str, page: str = PAGE) -> dict[str, str]:
    """Return what describes each field and form that has a description."""
    html = tied.to_fields(page.replace("{said}", said))
    assert re.sub(r" aria-\w+=\"[^\"]*\"", "", html) == re.sub(
        r" aria-\w+=\"[^\"]*\"", "", page.replace("{said}", said)
    )
    found = {}
    for tag in re.findall(r"<(?:form|input|textarea|select)[^>]*>", html):
        if describes := re.search(r'aria-describedby="([^"]*)"', tag):
            name = re.search(r'id="(\w+)"', tag)
            found[name[1] if name else "form"] = describes[1]
            assert ('aria-invalid="true"' in tag) is (
                name is not None and "fault" in describes[1]
            )
    return found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("“Mars/Olympus” is no time\xa0zone.", {"zone": "zone-hint fault"}),
        ("Time\u202fzone: choose one.", {"zone": "zone-hint fault"}),
        (
            "“Mars &amp; Olympus” cannot be shown.",
            {"zone": "zone-hint", "shown": "fault"},
        ),
        ("Nothing was changed.", {"form": "fault", "zone": "zone-hint"}),
    ],
)
def test_a_refusal_is_about_what_it_names_or_quotes(
    said: str, expected: dict[str, str]
) -> None:
    assert described(said) == expected


def test_a_form_of_one_field_is_about_it() -> None:
    page = '<div id="fault"><p>{said}</p></div><form><input id="day" value=""></form>'
    html = tied.to_fields(page.replace("{said}", "Choose another day."))
    assert 'aria-describedby="fault"' in html
    assert described("Choose another day.", page) == {"day": "fault"}


def test_a_page_without_refusal_or_form_is_left_as_it_is() -> None:
    for page in ("<p>x</p>", '<div id="fault">x</div>', '<form><input id="a"></form>'):
        assert tied.to_fields(page) == page
