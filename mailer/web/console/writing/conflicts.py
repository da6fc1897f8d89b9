"""The page of a conflict: what one wrote, what stands, and what differs, as forms."""

from collections.abc import Mapping
from typing import Any

from litestar import Response

from mailer.campaigns.writing.drafting import pieces
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.drafting.pieces import Filled, Piece
from mailer.campaigns.writing.drafting.saving import ChangedMeanwhileError
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.letter_types import BlockType
from mailer.reports.review import word_changes
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.names import block_names
from mailer.web.console.remarks import places
from mailer.web.console.showing import CONFLICT

Conflicts = Mapping[str, tuple[ChangedMeanwhileError, Filled]]
_RULE = "---"  # around subject and preheader


def page(asked: Visit, taken: DraftDesk, tag: str, found: Conflicts) -> Response[Any]:
    """Return the page that shows mine and theirs, and offers the choices."""
    named = dict(places.named(taken, asked.words))
    return showing.show(
        asked,
        "conflict.html",
        status=CONFLICT,
        campaign=taken.campaign,
        tag=tag,
        writing_direction=asked.site.catalogue(tag).direction,
        conflicts=[
            {
                "title": named.get(name, name),
                **_conflict(asked, taken, tag, name, changed, filled),
            }
            for name, (changed, filled) in found.items()
        ],
        page_id=pieces.digest_of(f"{asked.now} {asked.user.name}")[:16],
    )


def _conflict(
    asked: Visit,
    taken: DraftDesk,
    tag: str,
    name: str,
    changed: ChangedMeanwhileError,
    filled: Filled,
) -> dict[str, Any]:
    words = asked.words
    piece = taken.model.piece(name)
    kind = taken.types.get(piece.type) if piece else None
    theirs = told(changed.stands, kind, words)
    code = kind.name if kind else ""
    values = {key: value for key, value in filled.values.items() if value}
    return {
        "name": name,
        "type": code,
        "by": "" if changed.by == asked.user.name else changed.by,
        "spans": word_changes.compare(theirs, told(changed.wanted, kind, words), tag),
        "theirs": theirs,
        "base": pieces.digest_of(changed.stands),
        "values": values,
        "labels": {
            key: words.text(block_names.line_of(code, key)[0]) for key in values
        },
        "text": filled.text,
    }


def told(written: str, kind: BlockType | None, words: Catalogue) -> str:
    """Return what is stored of a block with the labels of its fields."""
    if kind is None:
        lines = [line for line in written.split("\n") if line != _RULE]
        pairs = [line.partition(": ") for line in lines]
        values = {key: value for key, _, value in pairs}
        return "\n".join(_labelled(values, "", words))
    filled = pieces.filled_of(Piece(id="", type=kind.name, text=written), kind)
    lines = _labelled(filled.values, kind.name, words) if written else []
    return "\n\n".join(filter(None, ["\n".join(lines), filled.text]))


def _labelled(values: Mapping[str, str], block: str, words: Catalogue) -> list[str]:
    colon = words.text(": ")
    return [
        f"{words.text(block_names.line_of(block, key)[0])}{colon}{value}"
        for key, value in values.items()
        if value
    ]
