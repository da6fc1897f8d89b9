"""`mailer contacts template`: an example list to begin with."""

from pathlib import Path

import rich_click as click

from audiences.intake.lists import example
from mailer.cli import output


@click.command(epilog="Example: mailer contacts template partners.csv")
@click.argument("file", type=click.Path(path_type=Path))
def template(file: Path) -> None:
    """Write an example list with every column, as CSV, into a new FILE."""
    example.write(file)
    output.line(
        f"put your rows below its headings, then: mailer contacts import {file}"
    )
