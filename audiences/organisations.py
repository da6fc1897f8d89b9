"""Organisations, the Member States they sit in, and the themes they work on."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import KEY_ONLY, Base


class Kind(StrEnum):
    """What sort of body an organisation is."""

    NGO = "ngo"
    DELEGATION = "delegation"
    NATCOM = "natcom"
    FIELD_OFFICE = "field_office"
    SECTOR = "sector"
    LIAISON_COMMITTEE = "liaison_committee"
    OBSERVER = "observer"


class Status(StrEnum):
    """The standing of an NGO with the institution."""

    ASSOCIATE = "associate"
    CONSULTATIVE = "consultative"
    FOUNDATION = "foundation"
    OBSERVER = "observer"
    ICH_ACCREDITED = "ich_accredited"
    UNCONFIRMED = "unconfirmed"


class Level(StrEnum):
    """How far an NGO reaches."""

    INTERNATIONAL = "international"
    REGIONAL = "regional"
    NATIONAL = "national"


class Relation(StrEnum):
    """What ties an organisation to a country other than its seat."""

    ACTS_IN = "acts_in"  # it has activities there
    SERVES = "serves"  # a field office whose coverage contains it


class Country(Base):
    """A Member State, Associate Member or other country, by its UN short name."""

    __tablename__ = "country"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)  # ISO 3166-1
    names: Mapped[dict[str, str]]  # by language
    region: Mapped[str] = mapped_column(String(3))
    electoral_group: Mapped[str | None] = mapped_column(String(3))
    membership: Mapped[str] = mapped_column(String(9))  # member, associate, other
    languages: Mapped[str]  # the default for correspondence, "fr"


class Theme(Base):
    """Something letters and organisations are about: an SDG, a forum, a term."""

    __tablename__ = "theme"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    parent: Mapped[str | None] = mapped_column(String(40))
    labels: Mapped[dict[str, str]]  # by language
    date: Mapped[str | None]  # as the source gives it: 2018-09-26/27, --05-03
    place: Mapped[str | None]
    sectors: Mapped[str]  # codes of the sectors concerned, "SHS ED"


class Organisation(Base):
    """A body that has contacts."""

    __tablename__ = "organisation"
    __table_args__ = (Index(None, "kind", "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    acronym: Mapped[str | None]
    status: Mapped[str | None] = mapped_column(String(20))
    level: Mapped[str | None] = mapped_column(String(20))
    country: Mapped[str | None] = mapped_column(ForeignKey(Country.code), index=True)
    languages: Mapped[str | None]  # in order of preference, "fr en"
    confirmed_at: Mapped[datetime | None]  # the entry was last said to be right
    import_id: Mapped[int | None]  # the import that added it
    updated_at: Mapped[datetime]


class OrganisationField(Base):
    """A field the organisation works in: a sector, an SDG, a thesaurus term."""

    __tablename__ = "organisation_field"
    __table_args__ = (KEY_ONLY,)

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True
    )
    field: Mapped[str] = mapped_column(String(40), primary_key=True)


class OrganisationCountry(Base):
    """A country the organisation acts in or serves."""

    __tablename__ = "organisation_country"
    __table_args__ = (KEY_ONLY,)

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True
    )
    relation: Mapped[str] = mapped_column(String(10), primary_key=True)
    country: Mapped[str] = mapped_column(
        ForeignKey(Country.code), primary_key=True, index=True
    )
