"""`mailer segments`: show which readers a rule picks, and save rules."""

import dataclasses

import rich_click as click
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from audiences.segments import (
    compiler,
    explanation,
    named,
    resolve,
    save,
    saved,
    vocabularies,
)
from audiences.segments.compiler import Context
from audiences.segments.explanation import Explanation
from mailer import clock
from mailer.campaigns.writing import saved_rules
from mailer.cli import acting, output
from mailer.cli.command import (
    as_json,
    as_json_lines,
    by_option,
    with_site,
    yes_option,
)
from mailer.errors import counted
from mailer.reports import shapes
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """Show which readers a rule picks. RULE is an expression or a saved rule's name."""


@command.command("list", epilog="Example: mailer segments list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the saved rules."""
    async with site.database.reading() as session:
        rules = [shapes.segment(each) for each in await saved.listed(session)]
    if as_json:
        output.json_document(rules)
    else:
        keys = ("name", "version", "rule")
        output.table("Saved segments", keys, shapes.columns(rules, *keys))


@command.command(
    epilog="Example: mailer segments count 'kind = ngo and fields has ED' --json"
)
@click.argument("rule")
@as_json
@with_site
async def count(site: Site, rule: str, as_json: bool) -> None:
    """Count the readers a rule picks, by kind and language, and those left out."""
    async with site.database.reading() as session:
        found = await resolve.count(session, rule, await _context(session, rule))
    if as_json:
        output.json_document(dataclasses.asdict(found))
        return
    output.line(counted(found.count, "reader"))
    for title, heading, numbers in (
        ("By kind", "kind", found.by_kind),
        ("By language", "language", found.by_language),
        ("Picked but left out", "reason", found.excluded),
    ):
        if numbers:
            output.bars(title, heading, numbers)


@command.command(
    epilog="Example: mailer segments members 'served_by = dakar' --json-lines"
)
@click.argument("rule")
@as_json_lines
@with_site
async def members(site: Site, rule: str, as_json: bool) -> None:
    """List the readers a rule picks."""
    async with site.database.reading() as session:
        context = await _context(session, rule)
        async for member in resolve.members(session, rule, context):
            if as_json:
                output.json_line(dataclasses.asdict(member))
            else:
                output.line(
                    f"{member.address}  {member.organisation}  {member.kind}"
                    f"  {member.language or '-'}"
                )


@command.command(
    epilog="Example: mailer segments explain 'kind = ngo' unesco-liaison@icom.example"
)
@click.argument("rule")
@click.argument("address")
@as_json
@with_site
async def explain(site: Site, rule: str, address: str, as_json: bool) -> None:
    """Show for each clause of a rule whether it holds for an address, and why."""
    async with site.database.reading() as session:
        context = await _context(session, rule)
        contact = await contacts.find(session, address, key=site.address_key)
        explained = await explanation.explain(session, rule, contact, context)
    if as_json:
        output.json_document(explained.document())
        return
    if explained.excluded:
        output.line(
            f"{address} is left out, though the rule picks it: {explained.excluded}"
        )
    else:
        output.line(f"{address} is {'in' if explained.included else 'not in'}")
    _show_memberships(explained)
    output.table(
        "Clauses",
        ("clause", "holds", "because"),
        [(each.clause, each.holds, each.because) for each in explained.clauses],
    )


def _show_memberships(explained: Explanation) -> None:
    """Name the organisation that the clauses are about, if the contact has several."""
    if not explained.others:
        return
    output.line(f"read as a contact of {explained.organisation}")
    for code, holds in explained.others.items():
        output.line(
            f"also a contact of {code}, where the rule"
            f" {'holds, too' if holds else 'does not hold'}"
        )


@command.command(
    "save", epilog="Example: mailer segments save dakar 'served_by = dakar' --by editor"
)
@click.argument("name")
@click.argument("rule")
@by_option
@as_json
@with_site
async def save_(site: Site, name: str, rule: str, by: str, as_json: bool) -> None:
    """Save a rule under a name; earlier versions are kept."""
    now = clock.now()
    async with site.database.reading() as session:
        await save.check(session, name, rule, now=now)  # long rules block no writer
    async with site.database.writing() as session:
        version = await save.save(session, name, rule, by=by, now=now)
    output.done(
        {"name": name, "version": version},
        f"saved {name}, version {version}",
        as_json=as_json,
    )


@command.command(epilog="Example: mailer segments remove dakar --by editor --yes")
@click.argument("name")
@by_option
@yes_option
@as_json
@with_site
async def remove(site: Site, name: str, by: str, yes: bool, as_json: bool) -> None:
    """Remove a saved rule that is not in use; it asks on a terminal."""
    acting.ask("Remove the saved rule?", yes=yes)
    async with site.database.writing() as session:
        await saved_rules.remove(session, name, by=by, now=clock.now())
    output.done({"name": name}, f"removed {name}", as_json=as_json)


async def _context(session: AsyncSession, rule: str) -> Context:
    """Return the context of a rule; raise RuleError if it names an unknown code."""
    vocabulary = await vocabularies.load(session)
    await named.require_known(session, [rule], vocabulary)
    return compiler.Context(vocabulary=vocabulary, today=clock.now().date())
