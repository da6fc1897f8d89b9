"""Pictures of every letter and of the console: `python3 run.py gallery`.

Imports each sample campaign into a site, makes the letter of one reader per language,
and takes pictures of it in Chromium: on a phone; in English also on a desktop, a phone
in dark mode, and without images and styles, too. The pictures go to docs/gallery,
reduced to few colours. With names of templates it takes those only, with `console`
those of the console only.
"""

import asyncio
import base64
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from audiences.segments import resolve
from mailer.campaigns import lookup, references
from mailer.campaigns.review import preview
from mailer.campaigns.writing import edit, folder
from mailer.clock import now
from mailer.maintenance import founding
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from tools import console_gallery
from tools.checkout import ROOT

PICTURES = ROOT / "docs" / "gallery"
COLOURS = "16"
CONSOLE = "console"  # stands for its pages among the names of templates
LAID_BARE = """
for (const each of document.querySelectorAll("style, img")) each.remove();
for (const each of document.querySelectorAll("body, body *"))
  for (const name of ["style", "class", "bgcolor", "width", "align"])
    each.removeAttribute(name);
"""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One way of looking at a letter."""

    name: str
    caption: str
    width: int
    dark: bool = False
    bare: bool = False


WAYS = (
    Shown(name="desktop", caption="desktop", width=720),
    Shown(name="phone", caption="phone", width=390),
    Shown(name="dark", caption="dark", width=390, dark=True),
    Shown(name="bare", caption="bare", width=390, bare=True),
)
EVERYWHERE = {"phone"}  # the ways in languages other than English


def ways(language: str) -> list[Shown]:
    """Return the ways in which a letter of a language is shown."""
    return [way for way in WAYS if language == "en" or way.name in EVERYWHERE]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A letter in one language, as HTML of one reader."""

    template: str
    language: str
    subject: str
    html: str


async def letters(site: Site, path: Path) -> list[Sample]:
    """Import one sample campaign; return its letter in each language of its readers."""
    written = folder.read(path)
    async with site.database.writing() as session:
        campaign = await edit.add(
            session,
            written,
            templates=site.templates,
            author=founding.EDITOR,
            now=now(),
        )
        await references.assign_number(session, campaign)
    async with site.database.reading() as session:
        context = await lookup.context_of(session, campaign, now=now())
        readers: dict[str, str] = {}
        async for member in resolve.members(session, campaign.audience, context):
            readers.setdefault(member.language or "", member.address)
    found: dict[str, Sample] = {}
    for language, address in readers.items():
        made = await preview.preview(site, campaign.id, address, now=now())
        chosen = made.letter.language
        if language == chosen or chosen not in found:
            found[chosen] = _sample(path.name, chosen, made.octets)
    return [found[each] for each in sorted(found)]


def _sample(template: str, language: str, octets: bytes) -> Sample:
    message = message_from_bytes(octets, policy=policy.default)
    part = message.get_body(("html",))
    html = part.get_content() if part else ""
    for each in message.walk():
        if identifier := each["Content-ID"]:
            kind, octets = each.get_content_type(), each.get_content()
            shown = f"data:{kind};base64,{base64.b64encode(octets).decode()}"
            html = html.replace(f"cid:{identifier.strip('<>')}", shown)
    return Sample(
        template=template,
        language=language,
        subject=str(message["Subject"]),
        html=html,
    )


async def show(browser: Browser, sample: Sample, way: Shown) -> Path:
    """Take one picture."""
    page = await browser.new_page(
        viewport={"width": way.width, "height": 600},
        color_scheme="dark" if way.dark else "light",
    )
    await page.set_content(sample.html)
    if way.bare:
        await page.evaluate(LAID_BARE)
    path = PICTURES / f"{sample.template}-{sample.language}-{way.name}.png"
    await page.screenshot(path=path, full_page=True)
    await page.close()
    await asyncio.to_thread(reduce, path)
    return path


def reduce(path: Path) -> None:
    """Reduce the colours of a picture."""
    command = ["pngquant", "--force", "--strip", "--ext", ".png", COLOURS, str(path)]
    subprocess.run(command, check=True)


async def take(only: Iterable[str] = ()) -> list[Sample]:
    """Take the pictures of some templates, or of all."""
    chosen = set(only)
    samples: list[Sample] = []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "site"
        config = await founding.create_site(root, with_sample=True, now=now())
        async with open_site(config) as site:
            for path in sorted((root / "campaigns").iterdir()):
                if not chosen or path.name in chosen:
                    samples += await letters(site, path)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for sample in samples:
            for way in ways(sample.language):
                await show(browser, sample, way)
        await browser.close()
    return samples


def index(samples: list[Sample]) -> str:
    """Return the page that shows all pictures."""
    lines = [
        "# Gallery",
        "",
        "Each letter of the sample site in each language, as one reader gets it:",
        "on a phone; in English also on a desktop, in dark mode, and bare: no images,",
        "no styles. At the end are the main pages of the [console](console.md).",
        "`python3 run.py gallery` takes the pictures.",
    ]
    for template in dict.fromkeys(sample.template for sample in samples):
        lines += ["", f"## {template.replace('-', ' ').capitalize()}"]
        for sample in samples:
            if sample.template == template:
                lines += ["", f"**{sample.language}**: {sample.subject}", ""]
                lines += [
                    f'<img src="gallery/{template}-{sample.language}-{way.name}.png"'
                    f' width="200" alt="{way.caption}">'
                    for way in ways(sample.language)
                ]
    return "\n".join([*lines, *console_gallery.index()]) + "\n"


def main() -> None:
    """Take all pictures and write their page, or only pictures of some templates."""
    only = sys.argv[1:]
    if not only:
        shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    if not only or CONSOLE in only:
        for each in asyncio.run(console_gallery.take(PICTURES)):
            reduce(each)
        only = [each for each in only if each != CONSOLE]
        if not only and sys.argv[1:]:
            return
    samples = asyncio.run(take(only))
    if only:
        return
    (PICTURES.parent / "gallery.md").write_text(index(samples), encoding="utf-8")
    octets = sum(path.stat().st_size for path in PICTURES.iterdir())
    print(f"{len(list(PICTURES.iterdir()))} pictures, {octets / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
