"""The sample directory, as a table that is imported like any other file."""

from collections.abc import Iterator

from audiences.intake import columns
from audiences.intake.lists.table import Table
from audiences.languages import OFFERED
from audiences.reference import official_names
from audiences.reference.load import rows

CONSENT = "Sample directory: invented, its addresses do not exist"

_USUAL_TOPICS = "monthly-letter forum-conclusions ngo-actions invitations"


def sample() -> Table:
    """Return the table of sectors, delegations, National Commissions, offices, NGOs."""
    header = list(columns.OURS)
    return Table(
        name="sample directory",
        form="built in",
        positions={name: position for position, name in enumerate(header)},
        headings=columns.OURS,
        rows=([row.get(name, "") for name in header] for row in _all()),
    )


def _all() -> Iterator[dict[str, str]]:
    for rows_of in (_sectors, _delegations, _commissions, _offices, _ngos):
        for row in rows_of():
            yield {**row, "consent": CONSENT}


def _sectors() -> Iterator[dict[str, str]]:
    for row in rows("sectors.csv"):
        yield {
            "organisation": row["code"],
            "kind": "sector",
            **_names({each: row[f"name_{each}"] for each in OFFERED}),
            "address": row["focal_point_email"],
            "roles": "focal_point",
            "topics": _USUAL_TOPICS,
        }


def _delegations() -> Iterator[dict[str, str]]:
    for row in rows("member_states.csv"):
        if row["status"] != "member":
            continue
        code = row["iso2"].lower()
        yield {
            "organisation": f"delegation-{code}",
            "kind": "delegation",
            "country": row["iso2"],
            **_names(official_names.delegation(row)),
            "address": f"delegation@delegation-{code}.example",
            "roles": "head",
            "topics": "forum-conclusions ngo-actions invitations",
        }


def _commissions() -> Iterator[dict[str, str]]:
    countries = {row["iso2"]: row for row in rows("member_states.csv")}
    for row in rows("national_commissions.csv"):
        names = _with_local(row)
        if row["name_en_basis"] == "pattern":
            names = official_names.commission(countries[row["iso2"]]) | names
        yield {
            "organisation": row["code"],
            "kind": "natcom",
            "country": row["iso2"],
            "organisation_languages": row["language"],
            **_names(names),
            "address": row["contact_email"],
            "roles": "head focal_point",
            "topics": _USUAL_TOPICS,
        }


def _offices() -> Iterator[dict[str, str]]:
    for row in rows("field_offices.csv"):
        yield {
            "organisation": row["code"],
            "kind": "field_office",
            "country": row["country"],
            "serves": row["countries"],
            **_names(official_names.office(row)),
            "address": row["contact_email"],
            "roles": "head",
            "topics": "monthly-letter ngo-actions",
        }


def _ngos() -> Iterator[dict[str, str]]:
    for row in rows("ngos.csv"):
        sectors = [f"sector-{field}" for field in row["fields"].split()]
        topics = [
            *("monthly-letter", "field-news", "focal-points"),
            *("consultations", "invitations"),
        ]
        yield {
            "organisation": row["code"],
            "kind": "ngo",
            **_names(_with_local(row)),
            "acronym": row["acronym"],
            "country": row["country"],
            "organisation_languages": row["language"],
            "fields": row["fields"],
            "level": row["level"],
            "status": row["status"],
            "address": row["contact_email"],
            "roles": "representative directory_editor",
            "topics": " ".join(topics + sectors),
        }


def _with_local(row: dict[str, str]) -> dict[str, str]:
    """Return the English name, and the local one if letters are in its language."""
    local = {row["local_lang"]: row["name_local"]}
    return {"en": row["name_en"], **{k: v for k, v in local.items() if k in OFFERED}}


def _names(names: dict[str, str]) -> dict[str, str]:
    localised = {
        f"organisation_name_{each}": name for each, name in names.items() if name
    }
    return {"organisation_name": names["en"], **localised}
