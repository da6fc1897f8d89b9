"""`mailer users`: the people who use the site, and their roles."""

from collections.abc import Mapping
from typing import Any

import rich_click as click

from mailer import clock
from mailer.cli import acting, output
from mailer.cli.command import as_json, by_option, version_of, with_site, yes_option
from mailer.cli.deferred import CommandPlace, Deferred
from mailer.cli.people.authors import author, because_option
from mailer.cli.people.histories import show_history
from mailer.rendering import letter_types
from mailer.reports import histories, shapes
from mailer.signin import accounts, invitations
from mailer.sites.site import Site
from mailer.users import guard, keeping
from mailer.users.checking import UserDetails
from mailer.users.deputies import deputies_of
from mailer.users.keeping import RoleChange

_ROLES = (
    "viewer, author, translator, approver, sender, steward, operator or admin; with a"
    " limit: translator:fr,ar, approver:invitation, 'author:served_by = dakar'"
)
shown_option = click.option(
    "--shown", "--name", "shown", help="The full name, which people read on pages."
)
address_option = click.option("--address", help="Where letters for this user go.")
language_option = click.option("--language", help="The language this user reads.")
zone_option = click.option("--zone", help="An IANA zone, such as Africa/Dakar.")


@click.group()
def command() -> None:
    """List, add and change the people who use the site, with their roles."""


_DEPUTY = CommandPlace(
    "mailer.cli.site.deputies",
    "Let DEPUTY approve in place of the user NAME on these days.",
    "deputy",
)
_END_DEPUTY = CommandPlace(
    "mailer.cli.site.deputies",
    "Let DEPUTY approve in place of the user NAME no more.",
    "end_deputy",
)
command.add_command(Deferred("deputy", _DEPUTY))
command.add_command(Deferred("end-deputy", _END_DEPUTY))


@command.command("list", epilog="Example: mailer users list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the users with their roles; a limit stands after a colon."""
    async with site.database.reading() as session:
        listed = [shapes.user(each) for each in await guard.listed(session)]
    if as_json:
        output.json_document(listed)
    else:
        keys = ("name", "shown", "roles", "disabled")
        output.table("Users", keys, shapes.columns(listed, *keys))


@command.command(epilog="Example: mailer users show editor")
@click.argument("name")
@as_json
@with_site
async def show(site: Site, name: str, as_json: bool) -> None:
    """Show a user, with the history of the roles."""
    async with site.database.reading() as session:
        shown = shapes.user(await guard.named(session, name))
        standing = await deputies_of(session, name)
        changes = await keeping.history(session, name)
    history = [histories.change(each) for each in changes]
    if as_json:
        found = [shapes.deputy(each, site.zone) for each in standing]
        output.json_document(shown | {"deputies": found, "history": history})
        return
    left_out = {"name", "limits", "disabled", "version"}
    rows = [(key, value) for key, value in shown.items() if key not in left_out]
    output.table(name, ("fact", "value"), [(k.replace("_", " "), v) for k, v in rows])
    for each in [shapes.deputy(each, site.zone) for each in standing]:
        output.line(
            f"{each['deputy']} approves in place of {each['name']} from {each['first']}"
            f" to {each['last']}"
        )
    show_history(history)


@command.command(
    epilog="Example: mailer users add paul --role approver:news --by head-of-unit"
)
@click.argument("name")
@click.option("--role", "roles", multiple=True, help=_ROLES)
@shown_option
@address_option
@language_option
@zone_option
@click.option("--by", "admin", help="The admin who does it; the first user needs none.")
@because_option
@as_json
@with_site
async def add(
    site: Site,
    name: str,
    roles: tuple[str, ...],
    admin: str | None,
    because: str | None,
    as_json: bool,
    **details: str | None,
) -> None:
    """Add a user with roles; --role may be repeated, and without one it is viewer.

    The first user of a site is admin too.
    """
    async with site.database.reading() as session:
        has_users = bool(await guard.listed(session))
    by = await acting.user(site, admin) if has_users else name
    classes = letter_types.classes(site.templates)
    async with site.database.writing() as session:
        user = await keeping.add(
            session,
            name,
            roles,
            UserDetails(**details),
            author(by, because),
            classes=classes,
        )
    if as_json:
        output.json_document(shapes.user(user))
    else:
        output.line(f"{name} is added: {', '.join(map(str, user.grants))}")


@command.command(
    epilog="Example: mailer users edit editor --role translator:fr,ar --by head-of-unit"
)
@click.argument("name")
@click.option("--role", "given", multiple=True, help=f"A role to give: {_ROLES}.")
@click.option("--drop-role", "taken", multiple=True, help="A role to take away.")
@shown_option
@address_option
@language_option
@zone_option
@click.option(
    "--version", "seen", help="Refuse if it is not this one; from `users show`."
)
@by_option
@because_option
@as_json
@with_site
async def edit(
    site: Site,
    name: str,
    given: tuple[str, ...],
    taken: tuple[str, ...],
    seen: str | None,
    by: str,
    because: str | None,
    as_json: bool,
    **details: str | None,
) -> None:
    """Change a user: give or limit roles, take roles away, change what is shown.

    An empty value, such as --address '', removes the old one.
    """
    wanted, about = RoleChange(given=given, taken=taken), UserDetails(**details)
    if wanted == RoleChange() and about == UserDetails():
        raise click.UsageError("name something to change, such as --role")
    version = version_of(seen)
    classes = letter_types.classes(site.templates)
    async with site.database.writing() as session:
        changed = await accounts.edit(
            session,
            name,
            wanted,
            about,
            author(by, because),
            classes=classes,
            version=version,
        )
    _print(name, changed, as_json=as_json)


def _print(name: str, changed: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.json_document({"name": name, "changed": changed})
    else:
        output.changed(changed)


@command.command(epilog="Example: mailer users disable editor --by head-of-unit")
@click.argument("name")
@by_option
@because_option
@as_json
@with_site
async def disable(
    site: Site, name: str, by: str, because: str | None, as_json: bool
) -> None:
    """Let a user act no more; what they wrote and approved stays theirs."""
    classes = letter_types.classes(site.templates)
    async with site.database.writing() as session:
        changed = await accounts.disable(
            session, name, author(by, because), classes=classes
        )
    _print(name, changed, as_json=as_json)


@command.command(epilog="Example: mailer users enable editor --by head-of-unit")
@click.argument("name")
@by_option
@because_option
@as_json
@with_site
async def enable(
    site: Site, name: str, by: str, because: str | None, as_json: bool
) -> None:
    """Let a disabled user act again, with the roles they had."""
    async with site.database.writing() as session:
        changed = await keeping.enable(session, name, author(by, because))
    _print(name, changed, as_json=as_json)


@command.command(epilog="Example: mailer users remove editor --by head-of-unit --yes")
@click.argument("name")
@by_option
@because_option
@yes_option
@as_json
@with_site
async def remove(
    site: Site, name: str, by: str, because: str | None, yes: bool, as_json: bool
) -> None:
    """Remove a user; the history keeps the name. It asks on a terminal."""
    acting.ask(f"Remove the user {name}?", yes=yes)
    classes = letter_types.classes(site.templates)
    async with site.database.writing() as session:
        await accounts.remove(session, name, author(by, because), classes=classes)
    output.done({"name": name}, f"{name} is removed", as_json=as_json)


@command.command(epilog="Example: mailer users invite editor --by head-of-unit")
@click.argument("name")
@by_option
@as_json
@with_site
async def invite(site: Site, name: str, by: str, as_json: bool) -> None:
    """Print a link that signs a user in to the console once, within seven days."""
    async with site.database.writing() as session:
        link = await invitations.invite(session, site, name, by=by, now=clock.now())
    if as_json:
        document = {"name": name, "link": link.url}
        output.json_document(document | {"until": link.ends_at.isoformat()})
    else:
        until = output.local(link.ends_at, site.zone)
        output.line(f"{link.url}\nworks once, until {until}; send it to {name} only")
