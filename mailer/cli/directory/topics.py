"""`mailer topics`: what readers may subscribe to."""

import rich_click as click
from sqlalchemy import func, select

from audiences import topics
from audiences.subscriptions import Standing, Subscription
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """List what readers may subscribe to."""


@command.command("list", epilog="Example: mailer topics list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the topics, and how many receive each."""
    async with site.database.reading() as session:
        rows = await session.execute(
            select(Subscription.topic, func.count())
            .where(Subscription.standing == Standing.ACTIVE)
            .group_by(Subscription.topic)
        )
        active = {topic: count for topic, count in rows}
        found = [
            (each.code, each.name("en"), active.get(each.code, 0))
            for each in await topics.listed(session)
        ]
    if as_json:
        keys = ("code", "name", "subscribers")
        output.json_document([dict(zip(keys, row, strict=True)) for row in found])
    else:
        output.table("Topics", ("code", "name", "subscribers"), found)
