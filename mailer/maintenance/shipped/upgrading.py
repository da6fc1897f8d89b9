"""Takes what only this version changed in the templates of a site.

What the site changed is left alone. A file that both changed waits for a decision; the
site's text that a decision replaces is kept in `.replaced/`. Each file is written as a
whole, so an interrupted upgrade is called again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

import mailer
from mailer import regular_files
from mailer.errors import ContentError, RefusedError
from mailer.maintenance.shipped import comparing
from mailer.maintenance.shipped.comparing import (
    RECORD,
    ComparedFile,
    ComparedTemplates,
    FileStanding,
)
from mailer.sites.site import Site
from mailer.store import site_events
from mailer.users import guard
from mailer.users.acts import Right

REPLACED = ".replaced"


@dataclass(kw_only=True, slots=True)
class UpgradedTemplates:
    """What an upgrade did, by path."""

    is_recorded: bool
    taken: list[str] = field(default_factory=list)  # now as this version ships them
    left: list[str] = field(default_factory=list)  # the site's; only the site changed
    conflicts: list[ComparedFile] = field(default_factory=list)  # nothing was done
    replaced: list[str] = field(default_factory=list)  # where the site's texts are kept
    fault: str | None = None  # why it ended early


async def upgrade(
    session: AsyncSession,
    site: Site,
    decisions: Mapping[str, FileStanding],
    *,
    by: str,
    now: datetime,
) -> UpgradedTemplates:
    """Take what only this version changed; decide about the files of `decisions`.

    A decision is OURS, for the text of this version, or THEIRS, to keep the site's.
    Raises RefusedError for a decision about a file that has none to take. A disk that
    is full ends it with a `fault`; what was done until then stays.
    """
    await guard.require(session, by, Right.TEMPLATES)
    folder = site.templates_folder
    compared = comparing.compare(folder)
    for path, side in decisions.items():
        _require_decidable(compared, path, side)
    done = UpgradedTemplates(is_recorded=compared.is_recorded)
    for each in compared.files.values():
        try:
            _one(folder, each, decisions.get(each.path), done)
        except (ContentError, OSError) as fault:
            why = fault.strerror if isinstance(fault, OSError) else str(fault)
            done.fault = f"{each.path} was not written: {why or fault}"
            break
    if done.taken or decisions:
        kept = sorted({*decisions} - {*done.taken})
        detail = {"version": mailer.__version__, "taken": done.taken, "kept": kept}
        site_events.record(
            session, "upgraded", "templates", by=by, now=now, detail=detail
        )
    return done


def _require_decidable(
    compared: ComparedTemplates, path: str, side: FileStanding
) -> None:
    """Raise RefusedError unless there is something to decide about a file."""
    known = compared.named(path)
    if known.unread is not None:
        raise RefusedError(f"{path} {known.unread}; mend it, then decide")
    if side is FileStanding.OURS and known.ours is None and known.shipped is None:
        raise RefusedError(f"{path} is the site's own; this version ships no such file")


def _one(
    folder: Path,
    file: ComparedFile,
    decision: FileStanding | None,
    done: UpgradedTemplates,
) -> None:
    """Do what is to be done about one file."""
    standing = file.standing
    takes = decision is FileStanding.OURS or (
        decision is None and standing is FileStanding.OURS
    )
    if file.unread is not None or (standing is FileStanding.BOTH and decision is None):
        done.conflicts.append(file)
        return
    if takes and standing is not FileStanding.SAME:
        if standing is not FileStanding.OURS and file.theirs is not None:
            _write(folder, (REPLACED, *file.path.split("/")), file.theirs)
            done.replaced.append(f"{REPLACED}/{file.path}")
        _write(folder, file.path.split("/"), file.ours)
        done.taken.append(file.path)
    elif standing is not FileStanding.SAME:
        done.left.append(file.path)
    if file.shipped != file.ours:
        _keep(folder, file.path, file.ours)


def _keep(folder: Path, path: str, content: bytes | None) -> None:
    """Record what was shipped of a file."""
    _write(folder, (RECORD, *path.split("/")), content)


def _write(folder: Path, parts: Sequence[str], content: bytes | None) -> None:
    """Write a file as a whole; without a content, remove it."""
    if content is None:
        regular_files.remove(folder, parts)
    else:
        regular_files.write(folder, parts, content)
