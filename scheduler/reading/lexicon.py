"""The kinds of words in a cadence.

english_words and french_words have the words, in small letters and without accents. A
longer phrase wins over its words.
"""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any


class PhraseKind(StrEnum):
    """What a word or phrase does in a cadence."""

    FILLER = auto()
    EVERY = auto()
    OTHER = auto()  # every other: the value is the interval
    ONE_IN = auto()  # "sur deux", after what it divides
    NUMBER = auto()  # 15, 15th, quinze
    ORDINAL = auto()  # first, last
    WEEKDAY = auto()
    MONTH = auto()
    UNIT = auto()  # day, week, month, quarter, year; a part of a day
    WORKING_DAY = auto()
    PERIOD = auto()  # daily, quarterly: (unit, interval)
    TIMES = auto()  # twice, before "a year"
    AND = auto()
    COMMA = auto()
    SPAN = auto()  # to, between two months
    EXCEPT = auto()
    BEFORE = auto()
    AFTER = auto()
    NEXT_TO = auto()  # the eve: an offset of so many days
    EVENT = auto()
    SHIFT = auto()
    ELSE_LAST = auto()  # or the last day of a shorter month
    STARTS = auto()
    ENDS = auto()
    DATE = auto()
    AXIS = auto()  # T+10: the value is the signed number
    UNCLEAR = auto()  # bimonthly


@dataclass(frozen=True, slots=True)
class PhraseMeaning:
    """The kind of a phrase, and its value."""

    kind: PhraseKind
    value: Any = None


ENGLISH, FRENCH = "en", "fr"
# Other words for a phrase that has a meaning, in both languages.
SYNONYMS = {
    "end of": "last day of",
    "month end": "last day of the month",
    "month-end": "last day of the month",
    "beginning of": "first day of",
    "start of": "first day of",
    "fin de": "dernier jour de",
    "fin du": "dernier jour du",
    "debut de": "premier jour de",
    "debut du": "premier jour du",
}
