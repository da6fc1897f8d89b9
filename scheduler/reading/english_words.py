"""The English words of a cadence, and what each means."""

from collections.abc import Mapping
from typing import Any

from scheduler.cadences import LAST, Shift
from scheduler.reading.lexicon import PhraseKind, PhraseMeaning

NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
# What a cadence counts from, by its name in Cadence.
EVENTS: Mapping[str, Any] = {
    "event": "event",
    "forum": "forum",
    "session": "session",
    "meeting": "meeting",
    "conference": "conference",
    "consultation": "consultation",
    "deadline": "deadline",
    "release": "release",
}
MORE_NUMBERS: Mapping[str, Any] = {
    "fourteen": 14,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "ninety": 90,
}
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
MORE_ORDINALS: Mapping[str, Any] = {
    "last": LAST,
    "final": LAST,
    "penultimate": -2,
    "second-to-last": -2,
    "last but one": -2,
    "second to last": -2,
}
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
SHORT_WEEKDAYS: Mapping[str, Any] = {
    "mon": 0,
    "tue": 1,
    "tues": 1,
    "wed": 2,
    "thu": 3,
    "thur": 3,
    "thurs": 3,
    "fri": 4,
    "sat": 5,
    "sun": 6,
}
MONTHS = (
    "january february march april may june july august september october"
    " november december"
)
SHORT_MONTHS: Mapping[str, Any] = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
SHIFTS: Mapping[str, Any] = {
    **dict.fromkeys(
        [
            *("or the next working day", "or next working day"),
            *("or the following working day", "or the working day after"),
            *("or the first working day after", "put back"),
        ],
        Shift.BACK,
    ),
    **dict.fromkeys(
        [
            *("or the working day before", "or the previous working day"),
            *("or the last working day before", "brought forward"),
            *("or the preceding working day", "or previous working day"),
        ],
        Shift.FORWARD,
    ),
    **dict.fromkeys(
        [
            *("unless the office is closed", "except on holidays"),
            *("except holidays", "not on holidays", "unless it is a holiday"),
            *("if the office is open", "skipping holidays", "skip holidays"),
        ],
        Shift.SKIP,
    ),
}
UNITS: Mapping[str, Any] = {
    "day": "day",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
    "hour": "hour",
    "minute": "minute",
    "d": "day",
    "w": "week",
    "m": "month",
}
PERIODS: Mapping[str, Any] = {
    "daily": ("day", 1),
    "weekly": ("week", 1),
    "monthly": ("month", 1),
    "quarterly": ("month", 3),
    "yearly": ("month", 12),
    "annually": ("month", 12),
    "annual": ("month", 12),
    "hourly": ("hour", 1),
    "fortnightly": ("week", 2),
    "half-yearly": ("month", 6),
    "semi-annually": ("month", 6),
    "every fortnight": ("week", 2),
}
KINDS: Mapping[PhraseKind, str] = {
    PhraseKind.FILLER: "on|the|of|at|a|an|in|per",
    PhraseKind.EVERY: "every|each",
    PhraseKind.AND: "and|&",
    PhraseKind.SPAN: "to|through|till",
    PhraseKind.EXCEPT: "except|except in|but not|but not in|not in",
    PhraseKind.BEFORE: "before|ahead of",
    PhraseKind.AFTER: "after|following",
    PhraseKind.WORKING_DAY: "working day|working days|business day|business days"
    "|workday|workdays|weekday|weekdays|w.d|wd",
    PhraseKind.ELSE_LAST: "or its last day|or the last day",
    PhraseKind.STARTS: "from|starting|starting on|starting from|beginning|since"
    "|as of|beginning on",
    PhraseKind.ENDS: "until|up to|ending|ending on",
    PhraseKind.UNCLEAR: "biweekly|bi-weekly|bimonthly|bi-monthly|biannual|biannually",
}
OTHERS: Mapping[str, PhraseMeaning] = {
    "every other": PhraseMeaning(PhraseKind.OTHER, 2),
    "alternate": PhraseMeaning(PhraseKind.OTHER, 2),
    "times": PhraseMeaning(PhraseKind.TIMES),
    "once": PhraseMeaning(PhraseKind.TIMES, 1),
    "twice": PhraseMeaning(PhraseKind.TIMES, 2),
    "the day before": PhraseMeaning(PhraseKind.NEXT_TO, -1),
    "the day after": PhraseMeaning(PhraseKind.NEXT_TO, 1),
    "the eve": PhraseMeaning(PhraseKind.NEXT_TO, -1),
    "eve": PhraseMeaning(PhraseKind.NEXT_TO, -1),
}
