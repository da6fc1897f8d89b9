"""`mailer contacts export`."""

from pathlib import Path

import rich_click as click

from audiences.export import rows, selection
from audiences.export.formats import Form
from mailer import clock
from mailer.cli import output
from mailer.cli.command import with_site
from mailer.cli.people.selecting import readers_option, search_option, segment_option
from mailer.cli.saving import out_option, saving_table
from mailer.errors import counted
from mailer.sites.site import Site

form_option = click.option(
    "--format",
    "form",
    type=click.Choice([str(each) for each in Form]),
    default=str(Form.CSV),
    show_default=True,
    help="The form of the file.",
)
columns_option = click.option(
    "--columns", help="The columns, such as 'address name'; else all."
)


@click.command(
    epilog="Example: mailer contacts export --segment 'kind = ngo' --out ngos.csv"
)
@segment_option
@search_option
@readers_option
@form_option
@columns_option
@out_option
@with_site
async def export(
    site: Site,
    rule: str | None,
    search: str,
    readers: bool,
    form: str,
    columns: str | None,
    out: Path | None,
) -> None:
    """Write contacts to a file, which can be imported again.

    The column left_out says why no letter is written to a contact, whatever its topic:
    it is suppressed, or it asked for no more letters.
    """
    names = rows.chosen(columns)
    if form == Form.VCF:
        names = rows.chosen(" ".join(rows.CARD))
    number = stopped = 0
    async with site.database.reading() as session:
        wanted = await selection.selection(
            session,
            rule=rule,
            search=search,
            readers=readers,
            today=clock.now().date(),
        )
        with saving_table(out, form, names, sets=rows.SETS) as write:
            async for page in rows.of_contacts(session, wanted, names):
                write(page)
                number += len(page)
                if form == Form.VCF:
                    stopped += sum(bool(row[-1]) for row in page)
    if out is not None:
        output.say(f"{out} has {counted(number, 'row')}")
    if stopped:
        output.say(
            f"{counted(stopped, 'contact')} of these must not be written to; other"
            " programs do not see it in a vCard: --readers leaves them out"
        )
