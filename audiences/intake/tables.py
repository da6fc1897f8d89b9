"""The staging tables of an import, which are temporary tables of one connection.

ROWS has one row for each contact of a row of the file; a row with an organisation alone
has no address. BODIES has what rows state about their organisation, once
for all rows with the same cells. SETS has each set of codes once for all cells with it.
DETAILS, TAGS and SECONDS have rows only for rows with such cells; a row with tags or
second addresses is in DETAILS, too.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

_METADATA = MetaData()
ROWS = Table(
    "intake_row",
    _METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("row", Integer),
    Column("address", String),
    Column("address_key", LargeBinary),
    Column("name", String),
    Column("function", String),
    Column("roles", Integer),
    Column("languages", String),
    Column("timezone", String),
    Column("topics", String),
    Column("consent", String),
    Column("body", Integer),
    Column("first", Integer),  # number of the first row with this address, if earlier
    Column("contact_id", Integer),
    # the organisation is not, or will not be, the primary one of the contact
    Column("further", Boolean, server_default="0"),
    Column("membership_id", Integer),
    Column("changes", Boolean, server_default="0"),
    prefixes=["TEMPORARY"],
)
BODIES = Table(
    "intake_body",
    _METADATA,
    Column("body", Integer, primary_key=True, autoincrement=False),
    Column("row", Integer),  # the first row with these cells
    Column("organisation", String),  # its code, folded
    Column("code", String),  # as written
    Column("organisation_name", String),
    Column("acronym", String),
    Column("kind", String),
    Column("status", String),
    Column("level", String),
    Column("country", String),
    Column("organisation_languages", String),
    Column("organisation_telephones", String),
    Column("organisation_postal_address", String),
    Column("organisation_website", String),
    Column("fields", String),
    Column("acts_in", String),
    Column("serves", String),
    Column("names", JSON(none_as_null=True)),
    Column("leads", Boolean, server_default="0"),  # is the first of its organisation
    Column("organisation_id", Integer),
    Column("changes", Boolean, server_default="0"),
    prefixes=["TEMPORARY"],
)
SETS = Table(
    "intake_set",
    _METADATA,
    Column("codes", String, primary_key=True),  # of a cell: "ED SHS"
    Column("code", String, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
DETAILS = Table(
    "intake_details",
    _METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # as in ROWS
    Column("telephones", String),
    Column("postal_address", String),
    Column("website", String),
    Column("notes", String),
    prefixes=["TEMPORARY"],
)
TAGS = Table(
    "intake_tag",
    _METADATA,
    Column("number", Integer, primary_key=True),
    Column("tag", String, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
SECONDS = Table(
    "intake_second",
    _METADATA,
    Column("number", Integer, primary_key=True),
    Column("address_key", LargeBinary, primary_key=True),
    Column("address", String),
    prefixes=["TEMPORARY"],
)
TABLES = (SETS, BODIES, ROWS, DETAILS, TAGS, SECONDS)
INDEXES = (
    Index("ix_intake_row_key", ROWS.c.address_key),
    Index("ix_intake_body_organisation", BODIES.c.organisation, BODIES.c.leads),
)
