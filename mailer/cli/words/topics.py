"""`mailer topics`: what readers may subscribe to; what verbs of words share."""

from collections.abc import Callable, Mapping
from typing import Any

import rich_click as click

from audiences.organisations import Theme
from audiences.record import data_changes
from audiences.record.data_changes import DataKind
from audiences.upkeep import topics, words
from audiences.upkeep.words import WantedWord
from mailer.cli import acting, output
from mailer.cli.command import WholeNumber, as_json, by_option, with_site, yes_option
from mailer.cli.people.authors import author, because_option
from mailer.cli.people.histories import show_history
from mailer.reports import histories, shapes
from mailer.sites.site import Site


class InLanguage(click.ParamType[tuple[str, str]]):
    """A text in one language, such as fr='Lettre mensuelle'."""

    name = "language=text"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return the language and the text; fail without an equals sign."""
        if isinstance(value, tuple):
            return value
        language, sign, text = value.partition("=")
        if not sign:
            self.fail(f"{value!r} names no language; write fr='Lettre mensuelle'")
        return language.strip(), text


def _names(
    option: str, text: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        f"--{option}", f"{option}s", type=InLanguage(), multiple=True, help=text
    )


names_option = _names("name", "A name, as fr='Lettre mensuelle'; may be repeated.")
rhythms_option = _names("rhythm", "How often letters come, as fr='une fois par mois'.")
position_option = click.option(
    "--position", type=WholeNumber(1, 10_000), help="Its place on readers' pages."
)


@click.group()
def command() -> None:
    """List and change what readers may subscribe to."""


@command.command("list", epilog="Example: mailer topics list --subscribers")
@click.option("--subscribers", is_flag=True, help="Count the subscribers of each.")
@as_json
@with_site
async def list_(site: Site, subscribers: bool, as_json: bool) -> None:
    """List the topics; --json always has the number of subscribers."""
    async with site.database.reading() as session:
        counted = subscribers or as_json  # of a million subscriptions: a second
        counts = await topics.active(session) if counted else {}
        listed = [
            shapes.topic(each, counts.get(each.code, 0))
            for each in await topics.listed(session)
        ]
    if as_json:
        output.json_document(listed)
    else:
        keys = ("code", "name", *["subscribers"] * subscribers, "retired")
        output.table("Topics", keys, shapes.columns(listed, *keys))


@command.command(
    epilog="Example: mailer topics add youth --name en='Youth letter' --by editor"
)
@click.argument("code")
@names_option
@rhythms_option
@position_option
@by_option
@because_option
@as_json
@with_site
async def add(
    site: Site, code: str, by: str, because: str | None, as_json: bool, **given: Any
) -> None:
    """Add a topic; it needs an English name."""
    word = wanted(given)
    await add_word(site, DataKind.TOPIC, code, word, by, because, as_json=as_json)


@command.command(
    epilog="Example: mailer topics edit invitations --name es=Invitaciones --by editor"
)
@click.argument("code")
@names_option
@rhythms_option
@position_option
@by_option
@because_option
@as_json
@with_site
async def edit(
    site: Site, code: str, by: str, because: str | None, as_json: bool, **given: Any
) -> None:
    """Change a topic; an empty text, as --name ar=, removes one."""
    changed = await edit_word(site, DataKind.TOPIC, code, wanted(given), by, because)
    show_changed(code, changed, as_json=as_json)


@command.command(epilog="Example: mailer topics retire consultations --yes --by editor")
@click.argument("code")
@by_option
@because_option
@yes_option
@as_json
@with_site
async def retire(
    site: Site, code: str, by: str, because: str | None, yes: bool, as_json: bool
) -> None:
    """Offer a topic to no reader any more; it asks on a terminal.

    Subscribers stay, and rules and campaigns that name it; new ones are refused.
    """
    topic = DataKind.TOPIC
    await retire_word(site, topic, code, by, because, yes=yes, as_json=as_json)


@command.command(epilog="Example: mailer topics history invitations")
@click.argument("code")
@as_json
@with_site
async def history(site: Site, code: str, as_json: bool) -> None:
    """Show who changed a topic, and what."""
    await history_of(site, DataKind.TOPIC, code, as_json=as_json)


def wanted(given: Mapping[str, Any]) -> WantedWord:
    """Return what options want of a word; raise UsageError if that is nothing."""
    texts = {key: dict(given.get(key, ())) for key in ("names", "rhythms")}
    word = WantedWord(**{**given, **texts})
    if word == WantedWord():
        raise click.UsageError("name something, such as --name en='Youth letter'")
    return word


async def add_word(
    site: Site,
    kind: DataKind,
    code: str,
    word: WantedWord,
    by: str,
    because: str | None,
    *,
    as_json: bool,
) -> None:
    """Add a word, and say which languages have no name."""
    async with site.database.writing() as session:
        row = await words.add(session, kind, code, word, author(by, because))
    names = row.labels if isinstance(row, Theme) else row.names
    without = [each for each in site.catalogues if each not in names]
    document = {"code": code, "without_name": without}
    output.done(document, f"{code} is added", as_json=as_json)
    if without:
        output.say(f"without a name in {', '.join(without)}: readers see the English")


async def edit_word(
    site: Site,
    kind: DataKind,
    code: str,
    word: WantedWord,
    by: str,
    because: str | None,
) -> Mapping[str, Any]:
    """Change a word; return each changed value, before and after."""
    async with site.database.writing() as session:
        return await words.edit(session, kind, code, word, author(by, because))


def show_changed(code: str, changed: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what was changed."""
    if as_json:
        output.json_document({"code": code, "changed": changed})
    else:
        output.changed(changed)


async def retire_word(
    site: Site,
    kind: DataKind,
    code: str,
    by: str,
    because: str | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Retire a word, after a question on a terminal."""
    acting.ask(f"Retire the {kind} {code}?", yes=yes)
    async with site.database.writing() as session:
        await words.retire(session, kind, code, author(by, because))
    show_retired(code, as_json=as_json)


def show_retired(code: str, *, as_json: bool) -> None:
    """Print that a word is retired."""
    said = f"{code} is retired; what uses it stays valid"
    output.done({"code": code}, said, as_json=as_json)


async def history_of(site: Site, kind: DataKind, code: str, *, as_json: bool) -> None:
    """Print the changes of a word."""
    async with site.database.reading() as session:
        rows = await data_changes.history(session, kind, code)
    shown = [histories.change(each) for each in rows]
    if as_json:
        output.json_document(shown)
    else:
        show_history(shown)
