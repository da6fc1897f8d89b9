"""The sections of config.toml: every setting, its default, and its valid values."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from audiences import institution
from mailer.settings import renamed
from mailer.settings.feedback import FeedbackSettings
from mailer.settings.office import OfficeSettings
from mailer.settings.relays import (
    DEFAULT,
    DomainOrDefault,
    DomainSettings,
    NamedRelaySettings,
    RelayName,
    RelaySettings,
)
from mailer.settings.values import (
    LOOPBACK,
    Address,
    AddressOrNone,
    AddressPattern,
    Domain,
    DomainOrNone,
    FileOrNone,
    RecordDays,
    Section,
    WebAddress,
    Zone,
)

SELECTOR = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$"  # a DNS label, or empty


class AlertSettings(Section):
    """Who gets alerts and anchors, by which relay, how often, and where backups are."""

    to: tuple[Address, ...] = ()
    anchors_to: tuple[Address, ...] = ()
    relay: str = ""
    minutes: float = Field(default=5, ge=0.01, le=1440)
    per_hour: int = Field(default=4, ge=1, le=60)
    backups: FileOrNone = None
    backup_hours: float = Field(default=30, gt=0)


class SiteSettings(Section):
    """The unit that writes, its zone, the address of the pages, the templates."""

    name: str = "Civil Society Partnerships"
    url: WebAddress = "http://127.0.0.1:8025"
    templates: Path = Path("templates")
    zone: Zone = institution.ZONE
    demo: bool = False


class StoreSettings(Section):
    """The database."""

    url: str = Field(
        default="sqlite:///mailer.db", pattern=r"^(sqlite:///.+|postgresql://.+)$"
    )
    allow_plain: bool = False  # PostgreSQL on another machine without verified TLS
    versions_days: float = Field(default=0, ge=0, le=36500)
    events_days: float = Field(default=0, ge=0, le=36500)
    record_days: RecordDays = 0
    busy_seconds: float = Field(default=30, gt=0, le=600)


class KeySettings(Section):
    """The secret keys, each from a file or from the environment."""

    signing_file: Path = Path("secrets/signing.key")
    previous_signing_files: tuple[Path, ...] = ()
    previous_months: float = Field(default=24, gt=0, le=1200)
    address_file: Path = Path("secrets/address.key")
    signing: str = ""  # from the environment only
    address: str = ""  # from the environment only


class MailSettings(Section):
    """The domains of letters and of bounces."""

    domain: Domain = "liaison.example"
    return_domain: Domain = "return.liaison.example"
    leave_mailbox: AddressOrNone = ""
    only_to: tuple[AddressPattern, ...] = ()


class DkimSettings(Section):
    """Whether we sign letters with DKIM, and with which keys."""

    relay_signs: bool = False
    domain: DomainOrNone = ""
    selector: str = Field(default="", pattern=SELECTOR)
    key_file: Path = Path("secrets/dkim.pem")
    ed25519_selector: str = Field(default="", pattern=SELECTOR)
    ed25519_key_file: Path = Path("secrets/dkim-ed25519.pem")

    @property
    def unsigned(self) -> bool:
        """Whether neither we nor the relay sign letters."""
        return not (self.relay_signs or self.selector)


class DeliverySettings(Section):
    """How messages are claimed, tried again and expired."""

    mark_ahead: int = Field(default=64, ge=1, le=1000)
    lease_seconds: float = Field(default=30, ge=1, le=3600)
    retry_minutes: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(5, 30, 60, 120, 240), min_length=1
    )
    too_late_hours: float = Field(default=96, gt=0, le=24 * 14)
    uncertain: Literal["reconcile", "resend", "hold"] = "reconcile"
    uncertain_minutes: float = Field(default=15, ge=0)

    @property
    def evidence_wait(self) -> timedelta:
        """How long an uncertain message waits for evidence; zero under `resend`.

        Afterwards it is sent again under `reconcile`, and held under `hold`.
        """
        minutes = 0.0 if self.uncertain == "resend" else self.uncertain_minutes
        return timedelta(minutes=minutes)


class SenderSettings(Section):
    """The From and Reply-To addresses; names and postal addresses by language."""

    address: Address = "partnerships@liaison.example"
    reply_to: Address = "partnerships@liaison.example"
    names: dict[str, str] = Field(default_factory=dict)
    postal: dict[str, str] = Field(default_factory=dict)


class GateSettings(Section):
    """Limits of the checks before approval."""

    spam_limit: float = Field(default=5, ge=0, le=100)
    audience_change: float = Field(default=0.2, ge=0, le=100)
    letters_a_month: int = Field(default=0, ge=0, le=1000)


class ApprovalSettings(Section):
    """Who may approve, and where."""

    only_console: bool = False


class LanguageSettings(Section):
    """The last step of the language chain."""

    default: str = "en"


class WebSettings(Section):
    """The address that the web server listens on, and the proxies before it."""

    host: str = "127.0.0.1"
    port: int = Field(default=8025, ge=1, le=65535)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = (
        IPv4Network("127.0.0.0/8"),
        IPv6Network("::1/128"),
    )
    metrics_token_file: FileOrNone = None
    calendar_feed: str = Field(default="1", max_length=60)


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


class TickerSettings(Section):
    """How often due campaigns are looked for, and how late they are released."""

    seconds: float = Field(default=15, gt=0, le=3600)
    grace_hours: float = Field(default=12, ge=0)


class SourceSettings(Section):
    """From which hosts lists may be read, and how much of their time and octets."""

    hosts: tuple[str, ...] = ()
    megabytes: float = Field(default=50, gt=0, le=1000)
    seconds: float = Field(default=60, gt=0, le=600)


class Environment(EnvSettingsSource):
    """Environment variables, also under the former names of settings."""

    def __call__(self) -> dict[str, Any]:
        """Return the values of the variables under the current names of settings."""
        return renamed.with_current_names(super().__call__())


class Settings(BaseSettings):
    """All settings of a site."""

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
    dkim: DkimSettings = DkimSettings()
    relay: RelaySettings = RelaySettings()
    relays: dict[RelayName, NamedRelaySettings] = Field(default_factory=dict)
    domains: dict[DomainOrDefault, DomainSettings] = Field(default_factory=dict)
    delivery: DeliverySettings = DeliverySettings()
    sender: SenderSettings = SenderSettings()
    gate: GateSettings = GateSettings()
    approval: ApprovalSettings = ApprovalSettings()
    languages: LanguageSettings = LanguageSettings()
    web: WebSettings = WebSettings()
    signin: SignInSettings = SignInSettings()
    office: OfficeSettings = OfficeSettings()
    ticker: TickerSettings = TickerSettings()
    sources: SourceSettings = SourceSettings()
    alerts: AlertSettings = AlertSettings()
    feedback: FeedbackSettings = FeedbackSettings()

    @property
    def every_relay(self) -> dict[str, RelaySettings]:
        """All relays by name; [relay] comes first."""
        return {DEFAULT: self.relay, **self.relays}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources in order of precedence: the environment, then the file."""
        return Environment(settings_cls), init_settings
