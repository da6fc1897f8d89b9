"""`mailer contacts template`: an example list to begin with."""

from pathlib import Path

import rich_click as click

from audiences.intake.lists import example
from mailer.cli import output
from mailer.cli.command import as_json


@click.command(epilog="Example: mailer contacts template partners.csv")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@as_json
def template(file: Path | None, as_json: bool) -> None:
    """Write an example list with every column, as CSV, into a new FILE.

    Without FILE the list is printed.
    """
    if file is None:
        if as_json:
            raise click.UsageError("--json needs a FILE; without one the list is CSV")
        click.echo(example.content(), nl=False)
        return
    example.write(file)
    said = f"put your rows below its headings, then: mailer contacts import {file}"
    output.done({"file": str(file)}, said, as_json=as_json)
