"""`mailer directory export`: the lists of the directory as documents."""

from pathlib import Path

import rich_click as click

from audiences.export.formats import Form
from audiences.languages import OFFERED
from mailer import clock
from mailer.cli import output
from mailer.cli.command import with_site
from mailer.cli.saving import out_option, saving
from mailer.reports.lists import document, entries, writing
from mailer.reports.lists.kinds import ListKind
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """Write the lists of NGOs, focal points, experts and offices as documents."""


@command.command(
    epilog="Example: mailer directory export ngos --language fr --out ong.html"
)
@click.argument("kind", type=click.Choice([str(each) for each in ListKind]))
@click.option(
    "--language",
    type=click.Choice(OFFERED),
    default="en",
    show_default=True,
    help="The language of headings and names.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "pdf", "xlsx", "csv"]),
    default="html",
    show_default=True,
    help="The form of the document.",
)
@click.option("--personal", is_flag=True, help="Also names and addresses of persons.")
@out_option
@with_site
async def export(
    site: Site,
    kind: str,
    language: str,
    form: str,
    personal: bool,
    out: Path | None,
) -> None:
    """Write a list with fields, contacts and the day each entry was confirmed.

    It is grouped by region and country, experts by field of work. Without --personal it
    has only addresses of functions: those without a name, such as info@ or
    secretariat@. Suppressed addresses and retired organisations are left out.
    """
    wanted, catalogue = ListKind(kind), site.catalogue(language)
    async with site.database.reading() as session:
        listed = await entries.collect(session, wanted, catalogue, personal=personal)
    sender, now = site.sender_name(language), clock.now()
    with saving(out, binary=form in {"xlsx", "pdf"}) as file:
        if form == "html":
            page = writing.page(
                wanted, listed, catalogue, sender=sender, today=now.date()
            )
            file.write(page.encode())
        elif form == "pdf":
            made = await document.write(
                wanted, listed, catalogue, sender=sender, now=now
            )
            file.write(made)
        else:
            writing.write_table(file, wanted, listed, catalogue, form=Form(form))
    if out is not None:
        noun = "entry" if len(listed) == 1 else "entries"
        output.say(f"{out} has {len(listed):,} {noun}")
