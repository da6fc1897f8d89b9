"""Says of each template file who changed it: this version, the site, or both.

Three contents are compared: what was shipped when the site took the file last, what
this version ships (ours), and what the site has (theirs).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from audiences.segments.vocabularies import suggestion
from mailer.errors import NotFoundError
from mailer.rendering import template_files
from mailer.rendering.template_files import TemplateFiles
from mailer.sites.bundled import bundled

RECORD = ".shipped"  # in the templates folder; no letter is made from it


class FileStanding(StrEnum):
    """Who changed a file since it was shipped."""

    SAME = "same"  # the site has what this version ships
    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"


class FileChange(StrEnum):
    """What was done to a file since it was shipped."""

    NONE = "none"
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedFile:
    """A template file; a content is None where there is no file."""

    path: str  # within the templates folder
    shipped: bytes | None
    ours: bytes | None
    theirs: bytes | None
    unread: str | None = None  # why the site's file was not read

    @property
    def standing(self) -> FileStanding:
        """Return who changed the file."""
        if self.unread is not None:
            return FileStanding.BOTH
        if self.ours == self.theirs:
            return FileStanding.SAME
        if self.shipped == self.theirs:
            return FileStanding.OURS
        return FileStanding.THEIRS if self.shipped == self.ours else FileStanding.BOTH

    @property
    def our_change(self) -> FileChange:
        """Return what this version did to the file."""
        return _change(self.shipped, self.ours)

    @property
    def their_change(self) -> FileChange:
        """Return what the site did to the file."""
        if self.unread is not None:
            return FileChange.CHANGED
        return _change(self.shipped, self.theirs)


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedTemplates:
    """Every template file of a site or of this version, by path."""

    is_recorded: bool  # whether the site knows what it was made with
    files: Mapping[str, ComparedFile]

    def of(self, *standings: FileStanding) -> Sequence[ComparedFile]:
        """Return the files of these standings, by path."""
        return [each for each in self.files.values() if each.standing in standings]

    def named(self, path: str) -> ComparedFile:
        """Return a file by its path; raise NotFoundError if there is none."""
        if path not in self.files:
            hint = suggestion(path, list(self.files))
            raise NotFoundError(
                f"there is no template file {path!r}{hint}", code="template.unknown"
            )
        return self.files[path]


def compare(folder: Path) -> ComparedTemplates:
    """Compare the templates folder of a site; nothing is changed.

    A site made by an earlier version has no record of what was shipped: a file of it
    that differs counts as changed by both. Raises ContentError if a folder cannot be
    read.
    """
    record = folder / RECORD
    is_recorded = record.is_dir()
    ours, theirs = (
        template_files.read(bundled("templates")),
        template_files.read(folder),
    )
    shipped = template_files.read(record) if is_recorded else _NOTHING
    paths = sorted({*shipped.files, *ours.files, *theirs.files})
    files = {}
    for path in paths:
        refusal = theirs.refusal(path)
        each = ComparedFile(
            path=path,
            shipped=shipped.files.get(path),
            ours=ours.files.get(path),
            theirs=theirs.files.get(path),
            unread=refusal.sentence if refusal else None,
        )
        if each.unread or each.ours is not None or each.theirs is not None:
            files[path] = each
    return ComparedTemplates(is_recorded=is_recorded, files=files)


_NOTHING = TemplateFiles(place=RECORD, files={})


def _change(before: bytes | None, after: bytes | None) -> FileChange:
    if before == after:
        return FileChange.NONE
    if before is None:
        return FileChange.ADDED
    return FileChange.REMOVED if after is None else FileChange.CHANGED
