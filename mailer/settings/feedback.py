"""The settings of what comes back: folders, mailboxes, listener, and patience."""

from typing import Literal

from pydantic import Field

from mailer.settings.values import FileOrNone, Section


class FeedbackSettings(Section):
    """Where returned mails and answers arrive, and when an address is given up."""

    maildir: FileOrNone = None
    replies_maildir: FileOrNone = None
    seconds: float = Field(default=30, ge=1, le=3600)
    listen_host: str = "127.0.0.1"
    listen_port: int = Field(default=0, ge=0, le=65535)  # 0: no listener
    listen_protocol: Literal["lmtp", "smtp"] = "lmtp"
    soft_limit: float = Field(default=3, ge=1, le=100)
    half_life_days: float = Field(default=90, ge=1, le=3650)
    keep_days: float = Field(default=180, ge=1, le=3650)
