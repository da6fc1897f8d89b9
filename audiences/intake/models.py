"""Tables of imports: what each changed, and the values it replaced."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base


class Import(Base):
    """One file that was applied."""

    __tablename__ = "imported_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    rows: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]


class Replaced(Base):
    """The values of a row before an import changed it.

    `kind` is contact, membership or organisation.
    """

    __tablename__ = "import_replaced"

    import_id: Mapped[int] = mapped_column(ForeignKey(Import.id), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True)
    before: Mapped[dict[str, Any]]
