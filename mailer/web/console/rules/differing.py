"""What changed in a letter, in words: settings and blocks named, its rule as sentences.

A block is named as on the page of writing, its lines as the labels of their fields.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign
from mailer.errors import RefusedError
from mailer.rendering.language.catalogues import Catalogue
from mailer.reports.review import differences, word_changes
from mailer.reports.review.differences import SEEN, Difference
from mailer.reports.review.word_changes import TextSpan
from mailer.sites.site import Site
from mailer.web.console import blocks
from mailer.web.console.names.block_names import ADDRESSEES, WEIGHTS, line_of
from mailer.web.console.remarks import places
from mailer.web.console.rules.naming import RuleTeller

AUDIENCE = "audience"  # the setting that is a rule
WHATS = {
    "added": "added",
    "removed": "removed",
    "moved": "moved",
    "changed": "changed",
}
EVENT = {  # what an event has, as the page of settings calls it
    "event start": "Begins at",
    "event end": "Ends at",
    "event zone": "Zone of the event",
    "event place": "Place",
    "event status": "It is",
}
STATUSES = {"confirmed": "confirmed", "cancelled": "called off"}
SETTINGS = {
    "name": "name",
    "day": "day",
    AUDIENCE: "readers",
    "files": "files",
    "block rules": "who sees the blocks",
    "block firsts": "who sees the blocks first",
    "subject": "subject",
    "preheader": "preheader",
    "template": "Letter type",
    "topic": "Topic",
    "themes": "Themes",
    "reference": "Reference",
    "reference pattern": "Reference",
    "fallbacks": "When a language is lacking",
    "per block": "Translations that may lack blocks",
    "zone": "Zone of the hours in its text",
    "event": "The event it invites to",
    **dict.fromkeys(EVENT, "The event it invites to"),
    "window from": "At which hours it may be sent",
    "window until": "At which hours it may be sent",
    "window zone": "At which hours it may be sent",
    "reader hour": "At the hour of each reader",
    "reader quiet": "Not on",
    "wave hours": "Hours within which all of it goes",
    "too late hours": "Hours after which it is too late",
}
_OF_LANGUAGES = {"fallbacks", "per block", "languages"}  # they hold codes of languages
# lines whose values are codes or days
_CODED = {
    *("day", "date", "until", "addressees", "weight"),
    *("event start", "event end", "event status"),
}
_RULES = ("block rules", "block firsts")
KIND = "Kind of block"
_CODE = re.compile(r"\b[a-z]{2,3}(?:-[A-Za-z\d]+)*\b")
STRINGS = (*WHATS.values(), *SETTINGS.values(), KIND, "block %(number)s")


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


async def since_decision(
    session: AsyncSession, site: Site, campaign: Campaign
) -> Sequence[Difference]:
    """Return what changed since an approver read it; empty if none has read it."""
    try:
        found = await differences.differences(session, campaign, site.templates, SEEN)
    except RefusedError:  # no version was approved or sent back
        return []
    return found.differences


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
    is_named = any(each.where == "reference" for each in found)
    return [
        ShownDifference(
            language=each.language,
            where=_place(each, words, names),
            what=words.text(WHATS[each.what]),
            before=_told(each, each.before, words, teller),
            after=_told(each, each.after, words, teller),
            said=teller.changes(each.before, each.after) if _is_rule(each) else [],
        )
        for each in found
        if not (is_named and each.where == "reference pattern")
    ]


def _told(each: Difference, value: str, words: Catalogue, teller: RuleTeller) -> str:
    """Return a value in words; a rule is one only where there is no other."""
    if _is_rule(each) and not (each.before and each.after):
        return teller.who(value) or value
    return _value(each, value, words)


def _place(each: Difference, words: Catalogue, names: Mapping[str, str]) -> str:
    """Return the name of a setting, or of a block and its line."""
    block, _, line = each.where.partition(", ")
    if block in SETTINGS and not each.type:
        found = [SETTINGS[block], *filter(None, [EVENT.get(block)])]
        return words.row(map(words.text, found))
    if line in _RULES:
        return words.row([names.get(block, block), words.text(SETTINGS[line])])
    name = names.get(block) or places.name_of(each.type, each.title, words)
    label = KIND if line == "type" else line_of(each.type, line)[0]
    return words.row([name, words.text(label)]) if line else name


def _value(each: Difference, value: str, words: Catalogue) -> str:
    """Return a value with the names of its codes."""
    line = each.where.rpartition(", ")[2]
    if each.what == "moved":
        return words.text("block %(number)s", number=value)
    if each.type and line == each.where:  # a whole block
        return "\n".join(_coded(one, words) for one in value.split("\n"))
    if line in _OF_LANGUAGES:
        return _CODE.sub(lambda code: words.language_name(code[0]), value)
    if line == "type":
        return blocks.type_name(value, words)
    return _coded(value, words) if line in _CODED else value


def _coded(line: str, words: Catalogue) -> str:
    """Return a line of nothing but codes, or a day, in words; another as it is."""
    for known in (ADDRESSEES, WEIGHTS, STATUSES):
        if line and all(each in known for each in line.split()):
            return words.row(words.text(known[each]) for each in line.split())
    try:
        at = datetime.fromisoformat(line)
    except ValueError:
        return line
    return words.row([words.day(at.date()), *([words.time(at)] if "T" in line else [])])


def _is_rule(each: Difference) -> bool:
    """Whether both values are rules: of readers, or of who sees a block."""
    *_, line = each.where.rpartition(", ")
    return not each.language and (each.where == AUDIENCE or line in _RULES)
