"""The tables of users and their deputies."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base
from mailer.users import roles
from mailer.users.roles import Grant


class User(Base):
    """A person of the unit, or of an office that writes letters."""

    __tablename__ = "unit_user"
    __allow_unmapped__ = True

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    shown: Mapped[str | None]  # the name that people read; None: `name`
    address: Mapped[str | None]  # for letters to this user
    language: Mapped[str | None] = mapped_column(String(20))  # of the console
    zone: Mapped[str | None] = mapped_column(String(60))  # None: the site's
    roles: Mapped[dict[str, Any]]  # as `roles.stored` writes them
    added_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]  # None: may act

    # roles of users whose deputy this user is now; `deputies.lend` sets them
    lent: tuple[Grant, ...] = ()

    @property
    def called(self) -> str:
        """Return the name that people read, with that of the user in brackets."""
        return f"{self.shown} ({self.name})" if self.shown else self.name

    @property
    def grants(self) -> tuple[Grant, ...]:
        """Return the roles of this user with their limits."""
        return roles.from_stored(self.roles)


class Deputy(Base):
    """A user who approves in place of another for some days."""

    __tablename__ = "deputy"

    user: Mapped[str] = mapped_column(
        ForeignKey(User.name, ondelete="CASCADE"), primary_key=True
    )
    deputy: Mapped[str] = mapped_column(
        ForeignKey(User.name, ondelete="CASCADE"), primary_key=True, index=True
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]  # the end of the last day
