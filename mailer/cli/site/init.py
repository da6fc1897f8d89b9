"""`mailer init`: make a new site."""

from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import complete
from mailer.maintenance import founding


@click.command(epilog="Example: mailer init my-site --sample")
@click.argument(
    "directory", type=click.Path(file_okay=False, path_type=Path), default=Path()
)
@click.option("--sample", is_flag=True, help="Load the sample directory.")
@click.option(
    "--store", help="The store, if not SQLite: postgresql://user@host/database."
)
def command(directory: Path, sample: bool, store: str | None) -> int | None:
    """Make a new site: config.toml, templates, secrets and the store."""
    run = _run(directory, with_sample=sample, store=store)
    incomplete = f"stopped; the site in {directory} is not complete: delete it"
    return complete(run, interrupted=f"{incomplete}, and what is in its store")


async def _run(directory: Path, *, with_sample: bool, store: str | None) -> None:
    config = await founding.create_site(
        directory,
        with_sample=with_sample,
        store=store,
        now=clock.now(),
        progress=output.say,
    )
    output.line(f"the site is in {directory}; its settings are in {config}")
