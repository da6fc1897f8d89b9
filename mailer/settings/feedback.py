"""The settings of what comes back: folders, mailboxes, listener, and patience."""

from typing import Literal, Self

from pydantic import Field, model_validator

from mailer.settings.values import LOOPBACK, FileOrNone, Section


class MailboxSettings(Section):
    """A folder of an IMAP server; without a host, there is none."""

    host: str = ""
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "starttls", "plain"] = "tls"
    user: str = ""
    password_file: FileOrNone = None
    password: str = ""  # from the environment only
    ca_file: FileOrNone = None
    folder: str = Field(default="INBOX", min_length=1, max_length=200)

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        """Refuse a login that would cross a network unencrypted."""
        if self.security == "plain" and self.host and self.host not in LOOPBACK:
            raise ValueError(
                "security: plain sends the login unencrypted; use tls or starttls"
            )
        return self


class HookSettings(Section):
    """What authenticates the webhooks of providers; without it, they are refused."""

    amazon_topics: tuple[str, ...] = ()
    sendgrid_key: str = ""  # public
    mailgun_file: FileOrNone = None
    postmark_file: FileOrNone = None
    brevo_file: FileOrNone = None
    mailjet_file: FileOrNone = None


class FeedbackSettings(Section):
    """Where returned mails and answers arrive, and when an address is given up."""

    maildir: FileOrNone = None
    replies_maildir: FileOrNone = None
    imap: MailboxSettings = MailboxSettings()
    replies_imap: MailboxSettings = MailboxSettings()
    hooks: HookSettings = HookSettings()
    seconds: float = Field(default=30, ge=1, le=3600)
    listen_host: str = "127.0.0.1"
    listen_port: int = Field(default=0, ge=0, le=65535)  # 0: no listener
    listen_protocol: Literal["lmtp", "smtp"] = "lmtp"
    soft_limit: float = Field(default=3, ge=1, le=100)
    half_life_days: float = Field(default=90, ge=1, le=3650)
    leave_by_words: bool = False
    keep_days: float = Field(default=180, ge=1, le=3650)
