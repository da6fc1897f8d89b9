"""Says what is wrong in a block as the forms of the console name its fields.

The checks name the lines of a letter's files, such as “add a line alt: …”; on a page
such a line is a field with a label.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from babel import Locale, UnknownLocaleError

from mailer.rendering.language import catalogues, typography
from mailer.web.console import strings
from mailer.web.console.names.block_names import LINES
from mailer.web.console.names.directory_names import KINDS
from mailer.web.console.strings import ENDS, ISOLATE

MISSING = "Still missing: %(line)s"
Telling = Callable[[str], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class FormSentence:
    """A sentence of the checks, and the one that the forms have in its place.

    Groups are places of both; those called `line` are names of lines.
    """

    found: re.Pattern[str]
    said: str
    languages: tuple[str, ...]  # the groups that are codes of languages


def _of(found: str, said: str, *languages: str) -> FormSentence:
    return FormSentence(found=re.compile(found), said=said, languages=languages)


_LAST = r"the last one, (?P<last>.+) of (?P<day>\d{4}-\d\d-\d\d), had (?P<count>[\d,]+)"
# %(alt)s and the like are the labels of fields
FORMS = (
    _of(r"a block \S+ needs (?P<line>[a-z]+)", MISSING),
    _of(r"the (?P<line>subject) is missing; add a line subject: .+", MISSING),
    _of(r"no (?P<line>preheader); add a line preheader: .+", MISSING),
    _of(
        r"the picture (?P<name>.+) has no description; add a line alt: what it shows",
        "The picture %(name)s needs a description; fill in “%(alt)s”.",
    ),
    _of(
        r"label names no link; add a line link: .+",
        "“%(label)s” needs “%(link)s”; fill in both or neither.",
    ),
    _of(
        r"the link opens no page, so “Read more” would be wrong; add a line label: .+",
        "The link opens no page, so “Read more” would be wrong; fill in “%(label)s”,"
        " for example: Write to us",
    ),
    _of(
        r"alt describes no picture; add a line file: .+",
        "“%(alt)s” describes no picture; choose one, or leave it empty.",
    ),
    _of(
        r"until is [\d-]+, before date, [\d-]+; correct one of the two",
        "“%(until)s” is before “%(date)s”; correct one of the two.",
    ),
    _of(
        r"found (?P<line>until|time) without date; add a line date: .+",
        "“%(line)s” needs “%(date)s”; fill in both, or empty it.",
    ),
    _of(
        r"found the line (?P<found>.+) in the text; put it directly below the heading"
        r" of the block, or write .+",
        "The text has the line %(found)s; write it in its own field, or put \\ before"
        " the colon.",
    ),
    _of(
        r"(?P<found>.{1,90}) is not one day; .+",
        "%(found)s is not one day; write it as 2027-06-15, or as 15 June 2027.",
    ),
    _of(r"^lacks (?P<blocks>.+)", "Not translated yet: %(blocks)s"),
    _of(
        r"^has (?P<blocks>.+), which (?P<source>[\w-]{2,20})\.md does not have",
        "Not in the text it is translated from (%(source)s): %(blocks)s",
        "source",
    ),
    _of(
        r"(?P<count>[\d,]{1,15}) readers? without a letter: (?P<wanted>[\w-]+) is"
        r" neither written nor has a fallback; write it or allow one in"
        r" languages\.fallbacks",
        "Readers without a letter: %(count)s. There is none in their language"
        " (%(wanted)s): translate it, or choose another language in the settings, under"
        " “When a language is lacking”.",
        "wanted",
    ),
    _of(
        r"another language, with a notice, for (?P<count>[\d,]{1,15}) readers?:"
        r" (?P<wanted>[\w-]+) → (?P<got>[\w-]+)",
        "Readers who get another language, with a notice: %(count)s (%(got)s, not"
        " %(wanted)s).",
        *("wanted", "got"),
    ),
    _of(
        rf"no reader is of the kind (?P<kind>\S+); {_LAST}",
        "No reader is of the kind “%(kind)s”; the last letter, %(last)s of %(day)s, had"
        " %(count)s.",
    ),
    _of(
        rf"no reader is of the language (?P<wanted>\S+); {_LAST}",
        "No reader is of the language “%(wanted)s”; the last letter, %(last)s of"
        " %(day)s, had %(count)s.",
        "wanted",
    ),
)
_BEGINS = re.compile(rf"({'|'.join(LINES)}): (.+)", re.DOTALL)
STRINGS = tuple(dict.fromkeys(each.said for each in FORMS))


def told(sentence: str, language: str, telling: Telling) -> str | None:
    """Return a sentence of the checks as the forms say it; None if it is another one.

    `telling` says the rest of a sentence that begins with the name of a line.
    """
    if begins := _BEGINS.fullmatch(sentence):
        colon = typography.colon(language)
        return f"{label(begins[1], language)}{colon}{telling(begins[2])}"
    for each in FORMS:
        if found := each.found.fullmatch(sentence):
            return _filled(each, found, language)
    return None


def label(line: str, language: str) -> str:
    """Return the label of the field for a line; its name if it has none."""
    return strings.text(LINES.get(line, (line, ""))[0], language)


def _filled(form: FormSentence, found: re.Match[str], language: str) -> str:
    values = {line: label(line, language) for line in LINES}
    values |= dict(_values(form, found, language))
    if Locale.parse(language).text_direction == "rtl":
        values = {name: f"{ISOLATE}{value}{ENDS}" for name, value in values.items()}
    return strings.text(form.said, language) % values


def _values(
    form: FormSentence, found: re.Match[str], language: str
) -> Iterator[tuple[str, str]]:
    for name, value in found.groupdict().items():
        if name == "line":
            yield name, label(value, language)
        elif name in form.languages:
            yield name, _language(value, language)
        elif name == "kind":
            yield name, strings.text(KINDS.get(value, value), language)
        elif name == "count":
            number = int(value.replace(",", ""))
            yield name, catalogues.number_in(language, number)
        elif name == "day":
            yield name, catalogues.day_in(language, date.fromisoformat(value))
        else:
            yield name, value


def _language(code: str, language: str) -> str:
    try:
        return Locale.parse(code, sep="-").get_display_name(language) or code
    except (ValueError, UnknownLocaleError):
        return code
