"""The sample directory, as a table that is imported like any other file."""

from collections.abc import Iterator

from audiences.intake import columns
from audiences.intake.read import Table
from audiences.languages import OFFERED
from audiences.reference.load import rows

CONSENT = "Sample directory: invented, its addresses do not exist"

_DELEGATION = {
    "en": "Permanent Delegation to UNESCO – {}",
    "fr": "Délégation permanente auprès de l’UNESCO – {}",
    "es": "Delegación Permanente ante la UNESCO – {}",
    "ar": "المندوبية الدائمة لدى اليونسكو – {}",
    "ru": "Постоянное представительство при ЮНЕСКО – {}",
    "zh": "常驻教科文组织代表团——{}",
}
_OFFICE = {
    "en": "UNESCO Office in {}",
    "fr": "Bureau de l’UNESCO à {}",
}
_USUAL_TOPICS = "monthly-letter forum-conclusions ngo-actions invitations"


def sample() -> Table:
    """Return the table of sectors, delegations, National Commissions, offices, NGOs."""
    header = list(columns.NAMES)
    return Table(
        name="sample directory",
        form="built in",
        positions={name: position for position, name in enumerate(header)},
        unread=(),
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
        names = {
            each: form.format(row[f"name_{each}"]) for each, form in _DELEGATION.items()
        }
        yield {
            "organisation": f"delegation-{code}",
            "kind": "delegation",
            "country": row["iso2"],
            **_names(names),
            "address": f"delegation@delegation-{code}.example",
            "roles": "head",
            "topics": "forum-conclusions ngo-actions invitations",
        }


def _commissions() -> Iterator[dict[str, str]]:
    for row in rows("national_commissions.csv"):
        names = {"en": row["name_en"]}
        if row["local_lang"] in OFFERED:
            names[row["local_lang"]] = row["name_local"]
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
        names = {each: form.format(row["city"]) for each, form in _OFFICE.items()}
        yield {
            "organisation": row["code"],
            "kind": "field_office",
            "country": row["country"],
            "serves": row["countries"],
            **_names(names),
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
            "organisation_name": row["name_en"],
            "organisation_name_en": row["name_en"],
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


def _names(names: dict[str, str]) -> dict[str, str]:
    localised = {
        f"organisation_name_{each}": name for each, name in names.items() if name
    }
    return {"organisation_name": names["en"], **localised}
