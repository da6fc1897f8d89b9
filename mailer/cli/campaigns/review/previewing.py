"""`mailer campaigns preview`: the letters that readers would get."""

import tempfile
import webbrowser
from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.campaigns.review import preview
from mailer.cli import output
from mailer.cli.command import NUMBER, with_site
from mailer.cli.saving import saving
from mailer.errors import RefusedError, counted
from mailer.reports.review import preview_page
from mailer.sites.site import Site


@click.command(
    "preview",
    epilog="Example: mailer campaigns preview 1 --as unesco-liaison@icom.example",
)
@click.argument("campaign_id", type=NUMBER)
@click.option("--as", "address", help="The address of the reader.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["eml", "html", "text"]),
    default="text",
    show_default=True,
    help="The whole message of the reader, or one part.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write all letters to this HTML file.",
)
@click.option("--open", "opens", is_flag=True, help="Show all letters in a browser.")
@with_site
async def preview_(
    site: Site,
    campaign_id: int,
    address: str | None,
    form: str,
    out: Path | None,
    opens: bool,
) -> None:
    """Print the message that one reader would get, or show all letters on a page.

    The page has a letter for each language and group of readers: on a desktop and on a
    phone, in light and dark, with its text. It opens without a server.
    """
    if (address is None) == (out is None and not opens):
        raise click.UsageError("give either --as, or --out or --open")
    if address is None:
        await _page(site, campaign_id, out, opens=opens)
        return
    made = await preview.preview(site, campaign_id, address, now=clock.now())
    if made.excluded:
        output.say(f"{address} would not get it: {made.excluded}")
    output.octets(preview.part(made, form))


async def _page(site: Site, campaign_id: int, out: Path | None, *, opens: bool) -> None:
    """Write the page of all letters, and open it in a browser if wanted."""
    made = await preview_page.page(site, campaign_id, now=clock.now())
    if out is None:
        folder = Path(tempfile.mkdtemp(prefix="mailer-preview-"))
        out = folder / f"campaign-{campaign_id}.html"
    with saving(out) as file:
        file.write(made.html.encode())
    more = f"; {made.left_out} more are left out" if made.left_out else ""
    output.line(f"{out} has {counted(made.letters, 'letter')}{more}")
    if opens and not webbrowser.open(out.absolute().as_uri()):
        raise RefusedError(f"no browser was found; open {out} in one")
