"""The sample directory counted from its CSV files, without any code of the product."""

import csv
from dataclasses import dataclass, field
from functools import cache

from tools.checkout import ROOT

REFERENCE = ROOT / "audiences" / "reference"
OFFICIAL = {"associate", "consultative"}
TOPICS_OF_STATES = {
    *("monthly-letter", "forum-conclusions"),
    *("ngo-actions", "invitations"),
}


@dataclass(frozen=True)
class Entry:
    """One contact of the sample directory."""

    kind: str
    code: str
    address: str
    country: str
    region: str
    group: str
    language: str
    roles: frozenset[str]
    topics: frozenset[str]
    fields: frozenset[str] = field(default_factory=frozenset)
    status: str = ""
    level: str = ""
    serves: frozenset[str] = field(default_factory=frozenset)


def read(name: str) -> list[dict[str, str]]:
    """Read one CSV file."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def countries() -> dict[str, dict[str, str]]:
    """Return the states and other countries by code."""
    both = read("member_states.csv") + read("other_countries.csv")
    return {row["iso2"]: row for row in both}


def _entry(
    kind: str, code: str, address: str, country: str, language: str = "", **more: object
) -> Entry:
    state = countries().get(country, {})
    return Entry(
        kind=kind,
        code=code,
        address=address,
        country=country,
        region=state.get("region", ""),
        group=state.get("electoral_group", ""),
        language=language or state.get("language", ""),
        **more,  # type: ignore[arg-type]  # spelled out by each caller below
    )


@cache
def entries() -> tuple[Entry, ...]:
    """Return every contact of the sample directory."""
    found = [
        _entry(
            *("sector", row["code"], row["focal_point_email"], ""),
            roles=frozenset({"focal_point"}),
            topics=frozenset(TOPICS_OF_STATES),
        )
        for row in read("sectors.csv")
    ]
    for row in read("member_states.csv"):
        code = f"delegation-{row['iso2'].lower()}"
        if row["status"] == "member":
            found.append(
                _entry(
                    *("delegation", code, f"delegation@{code}.example", row["iso2"]),
                    roles=frozenset({"head"}),
                    topics=frozenset(TOPICS_OF_STATES - {"monthly-letter"}),
                ),
            )
    found += [
        _entry(
            *("natcom", row["code"], row["contact_email"], row["iso2"]),
            row["language"],
            roles=frozenset({"head", "focal_point"}),
            topics=frozenset(TOPICS_OF_STATES),
        )
        for row in read("national_commissions.csv")
    ]
    found += [
        _entry(
            *("field_office", row["code"], row["contact_email"], row["country"]),
            roles=frozenset({"head"}),
            topics=frozenset({"monthly-letter", "ngo-actions"}),
            serves=frozenset(row["countries"].split()),
        )
        for row in read("field_offices.csv")
    ]
    return (*found, *_ngos())


def _ngos() -> list[Entry]:
    usual = {
        *("monthly-letter", "field-news", "focal-points"),
        *("consultations", "invitations"),
    }
    return [
        _entry(
            *("ngo", row["code"], row["contact_email"], row["country"]),
            row["language"],
            roles=frozenset({"representative", "directory_editor"}),
            topics=frozenset(
                usual | {f"sector-{each}" for each in row["fields"].split()}
            ),
            fields=frozenset(row["fields"].split()),
            status=row["status"],
            level=row["level"],
        )
        for row in read("ngos.csv")
    ]


def coverage(office: str) -> frozenset[str]:
    """Return the countries a field office covers."""
    return next(entry.serves for entry in entries() if entry.code == office)


def monthly(entry: Entry) -> bool:
    """Whether the monthly letter is for a contact, by the words of the issue."""
    partner = entry.kind == "ngo" and entry.status in OFFICIAL
    house = entry.kind in {"field_office", "sector", "natcom"}
    return (partner or house) and "monthly-letter" in entry.topics


def chain(entry: Entry, *, default: str) -> tuple[str, str]:
    """Return the language the chain names for a contact, and the step that did."""
    files = ("ngos.csv", "national_commissions.csv")
    own = {row["code"]: row["language"] for name in files for row in read(name)}
    if own.get(entry.code):
        return own[entry.code], "organisation"
    state = countries().get(entry.country, {}).get("language", "")
    return (state, "state") if state else (default, "campaign")
