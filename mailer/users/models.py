"""The table of users."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base
from mailer.users import roles
from mailer.users.roles import Grant


class User(Base):
    """A person of the unit, or of an office that writes letters."""

    __tablename__ = "unit_user"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    shown: Mapped[str | None]  # the name that people read; None: `name`
    address: Mapped[str | None]  # for letters to this user
    language: Mapped[str | None] = mapped_column(String(20))  # of the console
    zone: Mapped[str | None] = mapped_column(String(60))  # None: the site's
    roles: Mapped[dict[str, Any]]  # as `roles.stored` writes them
    added_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]  # None: may act

    @property
    def grants(self) -> tuple[Grant, ...]:
        """Return the roles of this user with their limits."""
        return roles.from_stored(self.roles)
