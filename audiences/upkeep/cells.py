"""The cells of a list that hold the values of an organisation."""

from audiences.languages import OFFERED

# Cell → column of the organisation.
VALUES = {
    "organisation_name": "name",
    "acronym": "acronym",
    "kind": "kind",
    "status": "status",
    "level": "level",
    "country": "country",
    "organisation_languages": "languages",
    "organisation_telephones": "telephones",
    "organisation_postal_address": "postal_address",
    "organisation_website": "website",
}
NAMES = {f"organisation_name_{language}": language for language in OFFERED}
SETS = ("fields", "acts_in", "serves")
