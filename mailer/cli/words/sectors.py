"""`mailer sectors` and `mailer offices`: organisations that rules name by code."""

from collections.abc import Callable, Mapping
from typing import Any

import rich_click as click
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.institution import Kind
from audiences.languages import OFFERED
from audiences.upkeep import bodies
from mailer.cli import acting, output
from mailer.cli.command import as_json, by_option, with_site, yes_option
from mailer.cli.people.authors import author, because_option
from mailer.cli.words.topics import names_option, show_changed, show_retired
from mailer.errors import NotFoundError
from mailer.reports import shapes
from mailer.sites.site import Site

country_option = click.option("--country", help="Where it is, as SN.")
serves_option = click.option("--serves", help="Countries it covers, as 'SN ML'.")


def group_of(noun: str, kind: Kind, example: str, sentence: str) -> click.Group:
    """Return the commands on the organisations of one kind."""
    group = click.Group(noun, help=sentence)
    _list(group, noun, kind)
    _add(group, f"mailer {noun} add {example}", kind)
    _edit(group, f"mailer {noun} edit {example}", kind)
    _retire(group, f"mailer {noun} retire CODE --yes", kind)
    return group


def _values(kind: Kind) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a command an option for each value of one kind."""
    is_office = kind is Kind.FIELD_OFFICE
    options = (country_option, serves_option) if is_office else ()

    def values(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in (names_option, *options):
            function = option(function)
        return function

    return values


def _list(group: click.Group, noun: str, kind: Kind) -> None:
    @group.command("list", epilog=f"Example: mailer {noun} list")
    @as_json
    @with_site
    async def list_(site: Site, as_json: bool) -> None:
        """List them with their names."""
        async with site.database.reading() as session:
            rows = await bodies.listed(session, kind)
            listed = [shapes.body_word(each) for each in rows]
        if as_json:
            output.json_document(listed)
        else:
            keys = ("code", "name", "country", "retired")
            output.table(noun.capitalize(), keys, shapes.columns(listed, *keys))


def _add(group: click.Group, example: str, kind: Kind) -> None:
    @group.command(epilog=f"Example: {example} --by editor")
    @click.argument("code")
    @_values(kind)
    @by_option
    @because_option
    @as_json
    @with_site
    async def add(
        site: Site, code: str, by: str, because: str | None, as_json: bool, **given: Any
    ) -> None:
        """Add one; it needs an English name."""
        cells = {**_cells(given), "kind": str(kind)}
        async with site.database.writing() as session:
            body = await bodies.add(session, code, cells, author(by, because))
        document = {"code": body.code}
        output.done(document, f"{body.code} is added", as_json=as_json)


def _edit(group: click.Group, example: str, kind: Kind) -> None:
    @group.command(epilog=f"Example: {example} --by editor")
    @click.argument("code")
    @_values(kind)
    @by_option
    @because_option
    @as_json
    @with_site
    async def edit(
        site: Site, code: str, by: str, because: str | None, as_json: bool, **given: Any
    ) -> None:
        """Change one; an empty text, as --name ar=, removes a name."""
        cells = _cells(given)
        if not cells:
            raise click.UsageError("name something to change, such as --name")
        async with site.database.writing() as session:
            await _require_kind(session, code, kind)
            changed = await bodies.edit(session, code, cells, author(by, because))
        show_changed(code, changed, as_json=as_json)


def _retire(group: click.Group, example: str, kind: Kind) -> None:
    @group.command(epilog=f"Example: {example} --by editor")
    @click.argument("code")
    @by_option
    @because_option
    @yes_option
    @as_json
    @with_site
    async def retire(
        site: Site, code: str, by: str, because: str | None, yes: bool, as_json: bool
    ) -> None:
        """Take one out of use; rules that name it stay valid, new ones are refused."""
        acting.ask(f"Retire {code}?", yes=yes)
        async with site.database.writing() as session:
            await _require_kind(session, code, kind)
            body = await bodies.retire(session, code, author(by, because))
        show_retired(body.code, as_json=as_json)


def _cells(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells of an import that options give."""
    cells = {key: given[key] for key in ("country", "serves") if given.get(key)}
    for language, text in given.get("names", ()):
        if language not in OFFERED:
            raise click.UsageError(f"names are in {', '.join(OFFERED)}")
        cells[f"organisation_name_{language}"] = text
        if language == "en":
            cells["organisation_name"] = text
    return cells


async def _require_kind(session: AsyncSession, code: str, kind: Kind) -> None:
    """Raise NotFoundError unless an organisation of the kind has the code."""
    if await bodies.kind_of(session, code) != kind:
        words = kind.replace("_", " ")
        raise NotFoundError(
            f"no {words} is called {code[:60]!r}", code="organisation.unknown"
        )


sectors = group_of(
    "sectors",
    Kind.SECTOR,
    "YTH --name 'en=Youth Sector'",
    "List and change the sectors of the Secretariat.",
)
offices = group_of(
    "offices",
    Kind.FIELD_OFFICE,
    "bamako --name 'en=Office in Bamako' --country ML",
    "List and change the field offices.",
)
