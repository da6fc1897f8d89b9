"""The filters of the directory's lists, as the query of a page names them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from audiences import directory, institution
from audiences.export import selection
from audiences.export.listed_bodies import WantedBodies
from audiences.export.selection import Selection
from audiences.languages import OFFERED, name_in
from audiences.naming.folding import alphabetical
from audiences.suppressions import Why
from mailer.errors import RefusedError
from mailer.web.console.guard import Visit
from mailer.web.console.names import directory_names

FIELDS = (
    *("kind", "status", "region", "country", "field", "language"),
    *("confirmed", "left", "retired", "search"),
)
CODE = re.compile(r"[\w.-]{1,80}")
LONGEST = 200  # characters of a search
NO_CODE = "“%(given)s” is no code; choose one from the list."
NO_DAY = "“%(given)s” is no day; write it as 2027-05-04."
STRINGS = (NO_CODE, NO_DAY)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a page was asked for; texts are empty where nothing is wanted."""

    given: Mapping[str, str]
    day: datetime | None

    @property
    def search(self) -> str:
        """Return the text that is searched."""
        return self.given["search"]

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return any(self.given.values())

    def query(self, **more: object) -> str:
        """Return the filters as the query of an address."""
        return urlencode(
            {key: value for key, value in {**self.given, **more}.items() if value}
        )

    def bodies(self) -> WantedBodies:
        """Return the organisations that are wanted."""
        named = ("kind", "status", "region", "country", "field", "language")
        return WantedBodies(
            search=self.search,
            **{key: self.given[key] or None for key in named},
            confirmed_before=self.day,
            retired=bool(self.given["retired"]),
        )

    def rule(self) -> str | None:
        """Return the rule for contacts of these organisations; None: all."""
        given = self.given
        clauses = [
            f"{fact} {sign} {given[fact]}"
            for fact, sign in (
                *(("kind", "="), ("status", "=")),
                *(("region", "="), ("country", "=")),
            )
            if given[fact]
        ]
        if given["field"]:
            clauses.append(f"fields has {given['field']}")
        if given["language"]:
            clauses.append(f"speaks({given['language']})")
        if self.day is not None:
            clauses.append(f"last_confirmed before {self.day:%Y-%m-%d}")
        return " and ".join(clauses) or None

    async def contacts(self, session: Any, now: datetime) -> Selection:
        """Return the contacts that are wanted; raise RuleError for an unknown code."""
        left = self.given["left"]
        return await selection.selection(
            session,
            rule=self.rule(),
            search=self.search,
            suppressed=left in {"suppressed", *Why},
            why=Why(left) if left in set(Why) else None,
            today=now.date(),
        )


def read(asked: Visit, query: Mapping[str, Any]) -> Filters:
    """Return the filters of a query; raise RefusedError for one that cannot be."""
    given = {key: str(query.get(key) or "").strip()[:LONGEST] for key in FIELDS}
    for key in FIELDS:
        value = given[key]
        if key not in {"search", "confirmed"} and value and not CODE.fullmatch(value):
            raise RefusedError(asked.words.text(NO_CODE, given=value[:40]))
    given["search"] = "".join(c for c in given["search"] if c.isprintable())
    return Filters(given=given, day=_day(asked, given["confirmed"]))


def _day(asked: Visit, given: str) -> datetime | None:
    if not given:
        return None
    try:
        return datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise RefusedError(asked.words.text(NO_DAY, given=given[:40])) from None


async def choices(session: Any, asked: Visit) -> dict[str, Any]:
    """Return the values that each filter offers, in words, for the forms of pages."""
    language = asked.language

    def named(known: Mapping[str, Any]) -> list[tuple[str, str]]:
        pairs = [(code, name_in(each, language, code)) for code, each in known.items()]
        return _told_apart(pairs)

    return {
        **directory_names.of(asked),
        "countries": named(await directory.country_names(session)),
        "subjects": named(await directory.subject_names(session)),
        "offered": [(code, asked.words.language_name(code)) for code in OFFERED],
    }


def _told_apart(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return codes by name; of two with one name, the second shows its code.

    A field of the institution comes before a word of a thesaurus with the same name.
    """
    found, before = [], ""
    ordered = sorted(
        pairs,
        key=lambda pair: (
            alphabetical(pair[1]),
            pair[1],
            pair[0] not in institution.FIELDS,
        ),
    )
    for code, name in ordered:
        found.append((code, f"{name} ({code})" if name == before else name))
        before = name
    return found
