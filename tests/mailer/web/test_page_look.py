"""The pages have the look of the site, and are shown also where it cannot be read."""

import shutil

from mailer.rendering.markup import look
from mailer.sites.site import Site
from tools.checkout import TEMPLATES
from tools.peers.serving import serving

PAGE = "/u/no-such-link"  # a page for every reader


def with_look(site: Site, text: str) -> None:
    (site.templates_folder / look.PLACE).write_text(text, encoding="utf-8")


async def test_pages_have_the_colours_the_logo_and_the_footer_of_the_site(
    site: Site,
) -> None:
    emblem = TEMPLATES / "circular-letter/sample/files/emblem.png"
    shutil.copy(emblem, site.templates_folder / "_layout/logo.png")
    footer = '[footer]\nen = ["Data protection"]\n[dark]\naccent = "#ffd700"\n'
    with_look(site, f'logo = "logo.png"\n{footer}')
    async with serving(site) as pages:
        page = await pages.get(f"{PAGE}?lang=en")
        style = await pages.get("/static/look.css")
        logo = await pages.get("/static/logo")

    assert "<p>Data protection</p>" in page.text
    assert 'src="/static/logo" alt=""' in page.text
    assert 'href="/static/look.css"' in page.text
    assert style.headers["content-type"].startswith("text/css")
    assert "--blue: #0b5394" in style.text
    assert "--blue: #ffd700" in style.text
    assert logo.headers["content-type"] == "image/png"
    assert logo.content == emblem.read_bytes()


async def test_a_look_that_cannot_be_read_stops_no_page_and_is_reported(
    site: Site,
) -> None:
    with_look(site, '[colours]\naccent = "#eeeeee"')
    async with serving(site) as pages:
        page = await pages.get(f"{PAGE}?lang=en")
        style = await pages.get("/static/look.css")
        logo = await pages.get("/static/logo")
        ready = await pages.get("/readyz")

    assert page.status_code == 404
    assert "This link does not work" in page.text
    assert "--blue: #0b5394" in style.text
    assert logo.status_code == 404
    assert (ready.status_code, ready.text.partition(": ")[0]) == (
        503,
        "_layout/look.toml, line 2",
    )
