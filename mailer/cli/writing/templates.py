"""`mailer templates`: what the site and this version changed in the templates."""

from collections.abc import Sequence
from typing import Any

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, by_option, with_site
from mailer.errors import RefusedError, counted
from mailer.maintenance.shipped import comparing, differences, upgrading
from mailer.maintenance.shipped.comparing import (
    ComparedFile,
    ComparedTemplates,
    FileStanding,
)
from mailer.maintenance.shipped.upgrading import UpgradedTemplates
from mailer.sites.site import Site

NOT_RECORDED = (
    "this site was made by a version that kept no record of the templates it shipped:"
    " a file that differs counts as changed by both"
)
WORDS = {
    FileStanding.OURS: "ours, alone",
    FileStanding.THEIRS: "theirs, alone",
    FileStanding.BOTH: "both",
}


@click.group()
def command() -> None:
    """Compare the templates of the site with this version's, and take newer ones.

    “Ours” is what this version of mailer ships, “theirs” is what the site has.
    """


@command.command(epilog="Example: mailer templates status")
@as_json
@with_site
async def status(site: Site, as_json: bool) -> None:
    """List the files that differ, with who changed them."""
    compared = comparing.compare(site.templates_folder)
    listed = compared.of(FileStanding.OURS, FileStanding.THEIRS, FileStanding.BOTH)
    if as_json:
        counts = {each.value: len(compared.of(each)) for each in FileStanding}
        files = [_document(each) for each in listed]
        recorded = compared.is_recorded
        output.json_document({"recorded": recorded, "counts": counts, "files": files})
        return
    _remark(compared.is_recorded)
    rows = [
        (each.path, WORDS[each.standing], each.our_change, each.their_change)
        for each in listed
    ]
    headings = ("file", "changed by", "ours: this version", "theirs: the site")
    output.table("Templates that differ", headings, rows)
    same = counted(len(compared.of(FileStanding.SAME)), "file")
    output.line(f"the same as this version ships: {same}")
    _say_next(compared)


def _say_next(compared: ComparedTemplates) -> None:
    call = f"{output.called()} templates"
    if newer := len(compared.of(FileStanding.OURS)):
        output.say(f"`{call} upgrade` takes {counted(newer, 'file')} of this version")
    if compared.of(FileStanding.BOTH):
        output.say(
            f"`{call} diff` shows what both changed; `{call} upgrade --take ours|theirs"
            " FILE` decides"
        )


@command.command(epilog="Example: mailer templates diff _layout/blocks.mjml")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@as_json
@with_site
async def diff(site: Site, files: tuple[str, ...], as_json: bool) -> None:
    """Show what was changed in these files, or in all that differ.

    Of a file that both changed, first the changes of this version, then the site's.
    """
    compared = comparing.compare(site.templates_folder)
    shown = [compared.named(each) for each in files] or compared.of(
        FileStanding.OURS, FileStanding.THEIRS, FileStanding.BOTH
    )
    if as_json:
        output.json_document([_with_texts(each) for each in shown])
        return
    _remark(compared.is_recorded)
    if not shown:
        output.line("nothing differs from what this version ships")
    _show(shown)


@command.command(
    epilog="Example: mailer templates upgrade --take theirs _layout/letter.mjml"
)
@click.option(
    "--take",
    "decided",
    type=(click.Choice(["ours", "theirs"]), str),
    multiple=True,
    metavar="ours|theirs FILE",
    help="Decide about a file: this version's text, or the site's. May be repeated.",
)
@by_option
@as_json
@with_site
async def upgrade(
    site: Site, decided: tuple[tuple[str, str], ...], by: str, as_json: bool
) -> int:
    """Take what only this version changed, and leave what only the site changed.

    A file that both changed is shown and left alone until --take decides; the exit code
    is then 1. A text of the site that --take replaces is kept in templates/.replaced/.
    Approved campaigns keep the templates they were approved with.
    """
    decisions = {path: FileStanding(side) for side, path in decided}
    if len(decisions) < len(decided):
        raise click.UsageError("--take names a file twice; decide once about each")
    async with site.database.writing() as session:
        done = await upgrading.upgrade(session, site, decisions, by=by, now=clock.now())
    if as_json:
        output.json_document(_done(done))
    else:
        _show_done(done)
    if done.fault is not None:
        raise RefusedError(
            f"{done.fault}; {counted(len(done.taken), 'file')} of this version"
            " were taken before: mend it, then call the command again"
        )
    return 1 if done.conflicts else 0


def _show_done(done: UpgradedTemplates) -> None:
    _remark(done.is_recorded)
    for path in done.taken:
        output.line(f"taken: {path}")
    for path in done.replaced:
        output.line(f"the site's text is kept: {path}")
    for path in done.left:
        output.line(f"left as the site has it: {path}")
    _show(done.conflicts)
    if done.conflicts:
        call = f"{output.called()} templates upgrade"
        output.refuse(
            f"{counted(len(done.conflicts), 'file')} changed by both, and left as the"
            f" site has it; `{call} --take ours FILE` takes this version's text,"
            " `--take theirs FILE` keeps the site's"
        )
    elif not done.taken and done.fault is None:
        output.line("nothing to take: the site has what this version changed")
    if done.taken:
        output.say(
            "restart every process of the site; approved campaigns keep the templates"
            " they were approved with"
        )


def _show(files: Sequence[ComparedFile]) -> None:
    for each in files:
        for text in differences.lines(each):
            output.line(text)


def _remark(is_recorded: bool) -> None:
    if not is_recorded:
        output.say(NOT_RECORDED)


def _document(file: ComparedFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "standing": file.standing.value,
        "ours": file.our_change.value,
        "theirs": file.their_change.value,
        "unread": file.unread,
    }


def _with_texts(file: ComparedFile) -> dict[str, Any]:
    """Return a file with its texts; null where there is no file, or no text."""
    contents = {"shipped": file.shipped, "ours": file.ours, "theirs": file.theirs}
    texts = {
        name: None if content is None else differences.text(content)
        for name, content in contents.items()
    }
    return {
        **_document(file),
        "texts": texts,
        "lines": list(differences.lines(file)),
    }


def _done(done: UpgradedTemplates) -> dict[str, Any]:
    return {
        "recorded": done.is_recorded,
        "taken": done.taken,
        "left": done.left,
        "replaced": done.replaced,
        "conflicts": [_with_texts(each) for each in done.conflicts],
    }
