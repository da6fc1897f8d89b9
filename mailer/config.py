"""The settings of a site: read once, checked whole, frozen.

Every fault is listed at once with its key, what was found and what is expected.
"""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from mailer.errors import ConfigError
from mailer.toml import read_toml

MIN_SECRET = 32  # characters
WEAK = {"changeme", "change-me", "secret", "default", "password", "example"}


def _address(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError as fault:
        raise ValueError(f"not an e-mail address: {fault}") from None


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError("not a web address such as https://letters.example.org")
    return value.rstrip("/")


def _domain(value: str) -> str:
    if not re.fullmatch(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+", value) or len(value) > 200:  # noqa: PLR2004
        raise ValueError("not a domain such as letters.example.org")
    return value


Address = Annotated[str, AfterValidator(_address)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Domain = Annotated[str, AfterValidator(_domain)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteSettings(_Section):
    """Who writes, and where readers reach the pages."""

    name: str = "Civil Society Partnerships"
    url: WebAddress = "http://127.0.0.1:8025"
    templates: Path = Path("templates")
    demo: bool = False


class StoreSettings(_Section):
    """Where the rows are kept."""

    url: str = Field(
        default="sqlite:///mailer.db", pattern=r"^(sqlite:///.+|postgresql://.+)$"
    )
    busy_seconds: float = Field(default=30, gt=0, le=600)


class KeySettings(_Section):
    """The secrets, by file or by environment."""

    signing_file: Path = Path("secrets/signing.key")
    previous_signing_files: tuple[Path, ...] = ()
    address_file: Path = Path("secrets/address.key")
    signing: str = ""  # from the environment only
    address: str = ""  # from the environment only


class MailSettings(_Section):
    """The domains of letters and of bounces."""

    domain: Domain = "liaison.example"
    return_domain: Domain = "return.liaison.example"


class RelaySettings(_Section):
    """The SMTP server that takes our messages."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=2525, ge=1, le=65535)
    security: Literal["tls", "starttls", "plain"] = "plain"
    allow_plain: bool = False
    user: str = ""
    password_file: Path | None = None
    password: str = ""  # from the environment only
    hello: str = ""
    connections: int = Field(default=8, ge=1, le=200)


class DeliverySettings(_Section):
    """How messages are claimed, retried and given up."""

    claim: int = Field(default=200, ge=1, le=10_000)
    lease_seconds: float = Field(default=30, ge=1, le=3600)
    retry_minutes: tuple[float, ...] = Field(
        default=(5, 30, 60, 120, 240), min_length=1
    )
    give_up_hours: float = Field(default=96, gt=0, le=24 * 14)
    uncertain: Literal["resend", "hold"] = "resend"
    uncertain_minutes: float = Field(default=15, ge=0)


class SenderSettings(_Section):
    """Whose name letters bear."""

    address: Address = "partnerships@liaison.example"
    reply_to: Address = "partnerships@liaison.example"
    names: dict[str, str] = Field(default_factory=dict)
    postal: dict[str, str] = Field(default_factory=dict)


class LanguageSettings(_Section):
    """The end of the language chain."""

    default: str = "en"


class WebSettings(_Section):
    """Where the pages listen."""

    host: str = "127.0.0.1"
    port: int = Field(default=8025, ge=1, le=65535)


class TickerSettings(_Section):
    """How due campaigns are found."""

    seconds: float = Field(default=15, gt=0, le=3600)
    late_hours: float = Field(default=12, ge=0)


class Settings(BaseSettings):
    """Everything config.toml may say."""

    model_config = SettingsConfigDict(
        env_prefix="MAILER_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    site: SiteSettings = SiteSettings()
    store: StoreSettings = StoreSettings()
    keys: KeySettings = KeySettings()
    mail: MailSettings = MailSettings()
    relay: RelaySettings = RelaySettings()
    delivery: DeliverySettings = DeliverySettings()
    sender: SenderSettings = SenderSettings()
    languages: LanguageSettings = LanguageSettings()
    web: WebSettings = WebSettings()
    ticker: TickerSettings = TickerSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment go before the file."""
        return env_settings, init_settings


def load(path: Path) -> Settings:
    """Read a site's config.toml; raise ConfigError listing every fault."""
    values = read_toml(path)
    try:
        settings = Settings(**values)
    except ValidationError as faults:
        raise ConfigError(
            _listed(path, [_sentence(f) for f in faults.errors()])
        ) from None
    wrong = _contradictions(settings, values)
    if wrong:
        raise ConfigError(_listed(path, wrong))
    return settings


def _contradictions(settings: Settings, values: Mapping[str, Any]) -> list[str]:
    wrong = []
    for section, key in (
        ("keys", "signing"),
        ("keys", "address"),
        ("relay", "password"),
    ):
        if values.get(section, {}).get(key):
            wrong.append(
                f"{section}.{key}: a secret stands in the file; put it into"
                f" {section}.{key}_file or MAILER_{section.upper()}__{key.upper()}"
            )
    relay = settings.relay
    loopback = relay.host in {"127.0.0.1", "::1", "localhost"}
    if relay.security == "plain" and not (loopback or relay.allow_plain):
        wrong.append(
            f"relay.security: plain to {relay.host} would send messages readable by"
            " anyone; use tls or starttls, or set relay.allow_plain"
        )
    if relay.user and relay.security == "plain":
        wrong.append(
            "relay.user: a login is never sent without TLS; set relay.security"
        )
    if settings.delivery.retry_minutes and min(settings.delivery.retry_minutes) <= 0:
        wrong.append("delivery.retry_minutes: every wait must be longer than 0")
    return wrong


def _listed(path: Path, sentences: list[str]) -> str:
    if len(sentences) == 1:
        return f"{path.name}: {sentences[0]}"
    lines = "".join(f"\n  {sentence}" for sentence in sentences)
    return f"{path.name} has {len(sentences)} faults:{lines}"


def _sentence(fault: Any) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{key}: no such setting{_near(fault['loc'])}"
    found = fault.get("input")
    shown = f"found {found!r}; " if isinstance(found, str | int | float | bool) else ""
    expected = fault["msg"].removeprefix("Value error, ")
    return f"{key}: {shown}{expected[:1].lower()}{expected[1:]}"


def _near(place: tuple[str | int, ...]) -> str:
    known = Settings.model_fields
    if len(place) > 1:
        section = known.get(str(place[0]))
        kind = section.annotation if section else None
        known = (
            kind.model_fields
            if isinstance(kind, type) and issubclass(kind, BaseModel)
            else {}
        )
    near = difflib.get_close_matches(str(place[-1]), list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def secret(path: Path | None, given: str, key: str) -> bytes:
    """Return a key from the environment or a file; refuse a weak one."""
    value = secret_text(path, given, key)
    repeated = len(set(value)) < 8  # noqa: PLR2004 (a key has more than 7 different characters)
    if len(value) < MIN_SECRET or value.lower() in WEAK or repeated:
        raise ConfigError(
            f"{key}: the secret is too weak; it needs at least {MIN_SECRET} characters"
            " nobody can guess"
        )
    return value.encode()


def secret_text(path: Path | None, given: str, key: str) -> str:
    """Return a secret from the environment or a file; refuse an empty one."""
    value = given
    if not value and path is not None:
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as fault:
            raise ConfigError(f"{key}: {path} cannot be read ({fault})") from None
    if not value:
        raise ConfigError(f"{key}: the secret is empty; `mailer init` makes a good one")
    return value
