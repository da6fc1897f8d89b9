"""The settings of alert mails to the operator."""

from pydantic import Field

from mailer.settings.values import Address, FileOrNone, Section


class AlertSettings(Section):
    """Who gets alerts and anchors, by which relay, how often, and where backups are."""

    to: tuple[Address, ...] = ()
    anchors_to: tuple[Address, ...] = ()
    relay: str = ""
    minutes: float = Field(default=5, ge=0.01, le=1440)
    per_hour: int = Field(default=4, ge=1, le=60)
    backups: FileOrNone = None
    backup_hours: float = Field(default=30, gt=0)
