"""The tables of the record.

Rows of `record` are only added: triggers of the store refuse everything else, but the
deletion of rows up to the last one of `record_cut`. What a row says of a person is
apart, so that an erasure leaves the chain whole.
"""

from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from audiences.record.chain import LENGTHS
from audiences.store.base import Base

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class RecordRow(Base):
    """One act. The columns `at`, `by` and `about` repeat what the body says."""

    __tablename__ = "record"

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(27))  # text: both stores hash the same
    by: Mapped[str] = mapped_column(String(LENGTHS[0]), index=True)
    about: Mapped[str] = mapped_column(String(LENGTHS[1]), index=True)
    body: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))


class RecordPerson(Base):
    """The key of one person, with which what is recorded of them is sealed.

    `holder` is the person they were merged into; else the person.
    """

    __tablename__ = "record_person"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
    holder: Mapped[str] = mapped_column(String(80), index=True)


class RecordPersonal(Base):
    """What a row of the record says of a person, until the person is erased."""

    __tablename__ = "record_personal"

    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=False)
    person: Mapped[str] = mapped_column(String(80), index=True)
    body: Mapped[str]


class RecordCut(Base):
    """The last row of those that were cut off; rows are only added.

    The first row that is left is chained to its digest.
    """

    __tablename__ = "record_cut"

    through: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
