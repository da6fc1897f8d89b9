"""Says in the user's language what the program says in English: refusals, problems.

A refusal is an English sentence by the time a page shows it. The catalogue of sentences
has each with its places, such as “%(1)s is paused”; what stands at a place is kept,
unless it is a reason, an act, a role or a word of the catalogue itself. A sentence
without an entry is shown in English.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time
from functools import cache, partial

from babel import Locale
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from audiences.languages import OFFERED
from mailer.rendering.language import catalogues, typography
from mailer.web.console import form_words
from mailer.web.console.strings import ENDS, FOLDER, ISOLATE, SOURCE

NAME = "sentences"  # of the catalogue
FULLEST = "fr"  # the language whose catalogue has all of them
PLACE = "place"  # the context of places at the beginning of sentences
PLACES = tuple(f"%({number})s" for number in range(1, 10))
_PLACE = re.compile(r"%\(([1-9])\)s")
LONGEST = 2_000  # characters of a sentence that is looked up
_EDGE = 4  # characters by which entries are found
_OF_FILE = re.compile(r"([^:;]{1,255}?\.\w{2,5}) ((?:is|has|cannot) .+)")
_AT_LINE = re.compile(r"(?:[^:]+, line|column) \d+: ")
# what stands behind these words has entries of its own: acts, such as “approve May”,
# roles, kinds of things, and names with how many more there are
_CONTEXTS = {
    " may not ": "act",
    " the role ": "role",
    " the roles ": "role",
    "no ": "kind",
    "there is a ": "kind",
    "a new ": "kind",
    "the ": "kind",
    "which ": "names",
}
OFFERED_ONES = frozenset(OFFERED)
_AND = re.compile(r", | and ")
_PLACEHOLDERS = re.compile(r"\{\w+\}(?: or \{\w+\})+")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+")
# the name of a user in a sentence
_APPROVER = re.compile(r"(?<![\w.-])[\w.-]{1,60}(?=(?:, or a deputy,)? approved )")
_CODE = re.compile(r"`([^`\n]+)`")
# what was found, as the program quotes it, and how other languages quote
_FOUND = re.compile(r"'([^'\n]+)'")
_GUILLEMETS = ("«", "»")
_QUOTES = {
    "fr": ("«\xa0", "\xa0»"),
    "zh": ("“", "”"),
    **dict.fromkeys(("ar", "es", "ru"), _GUILLEMETS),
}
# a day, or a time of it with its zone: 2027-05-04, 2027-05-04 10:00 UTC
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d)(?::\d\d)?( [A-Z][\w/+-]+)?)?")
# after which an address, a path or a key may go on in the next line
_MARKS = re.compile(r"(?<=[^\W\d_])(://(?=\w)|[/._@](?=[^\W\d_]))")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """An English sentence, cut at its places, and its translation."""

    parts: Sequence[str]
    translation: str
    context: str  # of words that stand within sentences; empty: a sentence

    def is_reason(self, place: int) -> bool:
        """Whether at a place, from 0, is a sentence of its own: why, or what to do."""
        before, *after = self.parts[place:]
        return after == [""] and before.endswith((": ", "; "))

    def context_of(self, place: int) -> str:
        """Return the context of the entries for what stands at a place, from 0."""
        before = self.parts[place]
        return next((x for end, x in _CONTEXTS.items() if before.endswith(end)), "")


def told(sentence: str, language: str) -> str:
    """Return a sentence in a language; as it is if the catalogue does not have it.

    It may have several lines, each a sentence, and each may begin with a place:
    “fr.md, line 3: …”. What is wrong in a block is said as its form says it, in English
    too.
    """
    if not 0 < len(sentence) <= LONGEST:
        return sentence
    return "\n".join(_line(each, language) for each in sentence.split("\n"))


def _line(sentence: str, language: str) -> str:
    form = form_words.told(sentence, language, partial(told, language=language))
    if form is not None:
        return form
    at_line = _AT_LINE.match(sentence)
    found = None if at_line else _found(sentence, language)
    if found is not None:
        return found
    place, _, rest = sentence.partition(": ")
    begins = (_found(place, language, PLACE) if at_line else None) or _found(
        place, language
    )
    says = form_words.told(rest, language, partial(told, language=language)) or _found(
        rest, language
    )
    if says is None and at_line and (whole := _found(sentence, language)):
        return whole
    if says is None and (file := _OF_FILE.fullmatch(sentence)):
        reason = _found(file[2], language)
        return f"{file[1]} {reason}" if reason else sentence
    if begins is None and says is None:
        return sentence
    return f"{begins or place}{typography.colon(language)}{says or rest}"


def _found(sentence: str, language: str, context: str = "") -> str | None:
    for each in _candidates(sentence, language, context):
        values = _values(sentence, each.parts)
        if values is not None:
            shown = [
                _placed(each, place, value, language)
                for place, value in enumerate(values)
            ]
            if Locale.parse(language).text_direction == "rtl":
                shown = [f"{ISOLATE}{value}{ENDS}" for value in shown]
            return _filled(each.translation, shown)
    return None


def _placed(found: Sentence, place: int, value: str, language: str) -> str:
    """Return what stands at a place of a sentence, in a language."""
    reason = told(value, language) if found.is_reason(place) else value
    if reason != value:
        return reason
    return _quoted(_exact(value, language, found.context_of(place)), language)


def _quoted(value: str, language: str) -> str:
    """Return a value in the quotation marks of a language, not in straight ones."""
    found = _FOUND.fullmatch(value)
    if found is None or language not in _QUOTES:
        return value
    before, after = _QUOTES[language]
    return f"{before}{found[1]}{after}"


def _values(sentence: str, parts: Sequence[str]) -> list[str] | None:
    """Return what stands at the places of a sentence; None if it is another one."""
    first, *others = parts
    if not sentence.startswith(first) or not sentence.endswith(parts[-1]):
        return None
    if not others:
        return [] if sentence == first else None
    values, at = [], len(first)
    for part in others[:-1]:
        found = sentence.find(part, at + 1)
        if found < 0:
            return None
        values.append(sentence[at:found])
        at = found + len(part)
    end = len(sentence) - len(parts[-1])
    if end <= at:
        return None
    return [*values, sentence[at:end]]


def _filled(translation: str, values: Sequence[str]) -> str:
    """Return a translation with its places filled; a value is never filled again."""
    return _PLACE.sub(lambda found: values[int(found[1]) - 1], translation)


def _written(value: str, language: str) -> str | None:
    """Return a number, a day, an hour of it, languages or placeholders, or None."""
    if _NUMBER.fullmatch(value):
        return catalogues.number_in(language, int(value.replace(",", "")))
    if set(tags := _AND.split(value)) <= OFFERED_ONES:
        names = [catalogues.language_in(language, tag) for tag in tags]
        return typography.comma(language).join(names)
    if language != SOURCE and _PLACEHOLDERS.fullmatch(value):
        return catalogues.list_in(language, value.split(" or "), "or")
    if day := _DAY.fullmatch(value):
        with suppress(ValueError):
            shown = catalogues.day_in(language, date.fromisoformat(day[1]))
            if not day[2]:
                return shown
            at = catalogues.time_in(language, time.fromisoformat(day[2]))
            return f"{typography.comma(language).join((shown, at))}{day[3] or ''}"
    return None


def _exact(value: str, language: str, context: str) -> str:
    """Return a value in a language if it is written there in its own way, or known."""
    written = _written(value, language)
    if written is not None:
        return written
    if context:
        whole = _found(value, language, context)
        if whole is not None:
            return whole
        items = [_found(each, language, context) for each in _AND.split(value)]
        known = [each for each in items if each is not None]
        if len(known) == len(items):
            return catalogues.list_in(language, known)
    known_ones = (x for x in _candidates(value, language, "") if x.parts == [value])
    return next((each.translation for each in known_ones), value)


def _candidates(sentence: str, language: str, context: str) -> Iterator[Sentence]:
    """Yield the entries that a sentence may be, those with most words first."""
    index = _index(language, context)
    keys = (f"^{sentence[:_EDGE]}", f"{sentence[-_EDGE:]}$", "")
    found = sorted(numbered for key in keys for numbered in index.get(key, ()))
    entries = _catalogue(language, context)
    return (entries[number] for number in found)


@cache
def _index(language: str, context: str) -> Mapping[str, Sequence[int]]:
    """Return the numbers of entries by how they begin, or else by how they end."""
    index: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(_catalogue(language, context)):
        first, last = each.parts[0][:_EDGE], each.parts[-1][-_EDGE:]
        begins = f"^{first}" if len(first) == _EDGE else ""
        index[begins or (f"{last}$" if len(last) == _EDGE else "")].append(number)
    return index


@cache
def _catalogue(language: str, context: str) -> Sequence[Sentence]:
    known = (each for each in _whole(language) if each.context == context)
    # those that begin with words come first, and of them those with most words
    return sorted(
        known, key=lambda each: (not each.parts[0], -len("".join(each.parts)))
    )


@cache
def _whole(language: str) -> Sequence[Sentence]:
    """Return the entries of a language; of English, those of French as they are."""
    path = FOLDER / NAME / f"{FULLEST if language == SOURCE else language}.po"
    if not path.exists():
        return ()
    with path.open("rb") as file:
        read = read_po(file, locale=language, abort_invalid=True)
    return [
        Sentence(
            parts=_parts(str(each.id)),
            translation=str(each.id if language == SOURCE else each.string),
            context=each.context or "",
        )
        for each in read
        if each.id
    ]


def _parts(english: str) -> list[str]:
    """Return the words of an English sentence around its places, which are in order."""
    parts, rest = [], english
    for place in PLACES:
        before, found, after = rest.partition(place)
        if not found:
            break
        parts.append(before)
        rest = after
    return [*parts, rest]


def with_users(sentence: str, called: Callable[[str], str]) -> str:
    """Return a sentence whose users are as they are called."""
    return _APPROVER.sub(lambda found: called(found[0]), sentence)


def coded(sentence: str) -> Markup:
    """Return a sentence as HTML; what stands between backticks is typed as it is."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(sentence))))  # noqa: S704


def breakable(text: str) -> Markup:
    """Return an address, a path or a key as HTML whose lines end at its marks."""
    return Markup(_MARKS.sub(r"\1<wbr>", str(escape(text))))  # noqa: S704
