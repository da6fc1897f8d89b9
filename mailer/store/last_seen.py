"""What a site's folder remembers of its store, to notice that an older copy came back.

A store that was copied back by hand, or loaded from a dump, cannot know it. So each
machine keeps a small file beside the settings, outside the store.
"""

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from audiences.intake.encodings import parsed
from mailer.store.identity import Identity

log = structlog.get_logger()
NAME = "store.seen.json"
_not_kept: dict[Path, str] = {}  # why the file of a folder was not written, as logged


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What was last seen of a store: epoch, counter and highest message number."""

    epoch: str  # in hexadecimal
    beat: int
    highest: int

    def is_later_than(self, found: "Seen", known: Identity) -> bool:
        """Whether the store found is older than the one seen, or another store."""
        if self.epoch != found.epoch:
            return bytes.fromhex(self.epoch) not in known.former
        return self.beat > found.beat or self.highest > found.highest


def read(root: Path) -> Seen | None:
    """Return what the folder of a site remembers; None if nothing can be read."""
    try:
        kept = parsed.json_value((root / NAME).read_bytes())
        bytes.fromhex(kept["epoch"])
        return Seen(
            epoch=kept["epoch"], beat=int(kept["beat"]), highest=int(kept["highest"])
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def write(root: Path, seen: Seen) -> None:
    """Replace the file; a folder that cannot be written is remarked on."""
    kept = {"epoch": seen.epoch, "beat": seen.beat, "highest": seen.highest}
    try:
        handle, path = tempfile.mkstemp(prefix=f".{NAME}-", dir=root)
    except OSError as fault:
        _remark(root, fault)
        return
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        Path(path).replace(root / NAME)
    except OSError as fault:
        _remark(root, fault)
        with suppress(OSError):
            Path(path).unlink()
    else:
        _not_kept.pop(root, None)


def _remark(root: Path, fault: OSError) -> None:
    """Log once, until the file can be written again or fails otherwise."""
    reason = fault.strerror or str(fault)
    if _not_kept.get(root) != reason:
        _not_kept[root] = reason
        log.warning("store.seen_not_kept", reason=reason)
