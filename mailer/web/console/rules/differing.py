"""What changed in a letter, in words: its settings named, its rule as sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailer.rendering.language.catalogues import Catalogue
from mailer.reports.review import word_changes
from mailer.reports.review.differences import Difference
from mailer.reports.review.word_changes import TextSpan
from mailer.web.console.rules.naming import RuleTeller

AUDIENCE = "audience"  # the setting that is a rule
WHATS = {
    "added": "added",
    "removed": "removed",
    "moved": "moved",
    "changed": "changed",
}
SETTINGS = {
    "name": "name",
    "day": "day",
    AUDIENCE: "readers",
    "files": "files",
    "block rules": "who sees the blocks",
    "block firsts": "who sees the blocks first",
    "subject": "subject",
    "preheader": "preheader",
    "order of blocks": "order of blocks",
}
STRINGS = (*WHATS.values(), *SETTINGS.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownDifference:
    """One change as a page shows it."""

    language: str  # empty: of the letter's settings
    where: str
    what: str
    before: str
    after: str
    said: Sequence[str]  # what it makes of the readers; empty: it is no rule

    @property
    def spans(self) -> Sequence[TextSpan]:
        """Return the words of both texts, with what became of them."""
        return word_changes.compare(self.before, self.after, self.language)


def rules_in(found: Sequence[Difference]) -> list[str]:
    """Return the rules of readers before and after some changes."""
    changed = [each for each in found if _is_rule(each)]
    return [text for each in changed for text in (each.before, each.after)]


def shown(
    found: Sequence[Difference],
    words: Catalogue,
    teller: RuleTeller,
    names: Mapping[str, str],
) -> list[ShownDifference]:
    """Return changes in the language of a page; `names` are those of the blocks."""
    return [
        ShownDifference(
            language=each.language,
            where=words.text(SETTINGS[each.where])
            if each.where in SETTINGS
            else names.get(each.where, each.where),
            what=words.text(WHATS[each.what]),
            before=each.before,
            after=each.after,
            said=teller.changes(each.before, each.after) if _is_rule(each) else [],
        )
        for each in found
    ]


def _is_rule(each: Difference) -> bool:
    return not each.language and each.where == AUDIENCE
