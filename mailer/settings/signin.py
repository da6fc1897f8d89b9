"""The settings of signing in: a provider of sign-ins that speaks OpenID Connect."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from mailer.settings.values import LOOPBACK, FileOrNone, Section


class OidcSettings(Section):
    """A provider of sign-ins; without an issuer, there is none."""

    issuer: str = Field(default="", max_length=300)
    client_id: str = Field(default="", max_length=200)
    client_secret_file: FileOrNone = None
    client_secret: str = ""  # from the environment only
    name: str = Field(default="", max_length=60)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Refuse an issuer without a client, or one that is reached in the clear."""
        if not self.issuer:
            return self
        url = urlsplit(self.issuer)
        safe = url.scheme == "https" or url.hostname in LOOPBACK
        if not safe or not url.hostname or url.query or url.fragment:
            raise ValueError(
                "issuer: expected an address such as https://login.unit.example"
            )
        if not self.client_id:
            raise ValueError("client_id: missing; the provider gives it")
        return self


class SignInSettings(Section):
    """How users sign in, besides what the console always offers."""

    oidc: OidcSettings = OidcSettings()
