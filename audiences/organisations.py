"""Organisations, countries, and the themes organisations work on."""

import unicodedata
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from audiences import institution
from audiences.store.base import KEY_ONLY, Base

Kind = institution.Kind
Status = institution.Status


class Level(StrEnum):
    """The geographical reach of an NGO."""

    INTERNATIONAL = "international"
    REGIONAL = "regional"
    NATIONAL = "national"


class Relation(StrEnum):
    """A relation of an organisation to a country, besides its seat."""

    ACTS_IN = "acts_in"  # the organisation has activities there
    SERVES = "serves"  # the field office covers the country


class Country(Base):
    """A Member State, Associate Member or other country, with its UN short names."""

    __tablename__ = "country"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)  # ISO 3166-1
    names: Mapped[dict[str, str]]  # by language
    region: Mapped[str] = mapped_column(String(3))
    electoral_group: Mapped[str | None] = mapped_column(String(3))
    membership: Mapped[str] = mapped_column(String(9))  # member, associate, other
    languages: Mapped[str]  # default for correspondence, in order of preference: "fr"


class Theme(Base):
    """A subject of letters and organisations: an SDG, a forum, a thesaurus term."""

    __tablename__ = "theme"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    parent: Mapped[str | None] = mapped_column(String(40))
    labels: Mapped[dict[str, str]]  # by language
    date: Mapped[str | None]  # as in the source: 2018-09-26/27, --05-03
    place: Mapped[str | None]
    sectors: Mapped[str]  # codes of the sectors concerned: "SHS ED"
    retired_at: Mapped[datetime | None]  # since then it is refused for new use


class Organisation(Base):
    """An organisation of the directory."""

    __tablename__ = "organisation"
    __table_args__ = (Index(None, "kind", "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    code_key: Mapped[str] = mapped_column(String(80), index=True)  # `folded`
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    acronym: Mapped[str | None]
    status: Mapped[str | None] = mapped_column(String(20))
    level: Mapped[str | None] = mapped_column(String(20))
    country: Mapped[str | None] = mapped_column(ForeignKey(Country.code), index=True)
    languages: Mapped[str | None]  # in order of preference: "fr en"
    telephones: Mapped[str | None]  # separated as those of contacts
    postal_address: Mapped[str | None]  # in lines
    website: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]  # last confirmation of the entry
    import_id: Mapped[int | None]  # the import that added it
    retired_at: Mapped[datetime | None]  # since then it is in no list
    updated_at: Mapped[datetime]


def folded(code: str) -> str:
    """Return the code of an organisation as it is compared: ICOM and icom are one."""
    return unicodedata.normalize("NFKC", code).casefold()


class OrganisationField(Base):
    """A field an organisation works in: a sector, an SDG or a thesaurus term."""

    __tablename__ = "organisation_field"
    __table_args__ = (KEY_ONLY,)

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True
    )
    field: Mapped[str] = mapped_column(String(40), primary_key=True)


class OrganisationCountry(Base):
    """A country an organisation acts in or serves."""

    __tablename__ = "organisation_country"
    __table_args__ = (KEY_ONLY,)

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True
    )
    relation: Mapped[str] = mapped_column(String(10), primary_key=True)
    country: Mapped[str] = mapped_column(
        ForeignKey(Country.code), primary_key=True, index=True
    )
