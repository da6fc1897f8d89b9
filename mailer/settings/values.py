"""The base class, the types and the messages that sections of the settings share."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_args
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic.fields import FieldInfo

from scheduler import zones
from scheduler.errors import ScheduleError

Fields = Mapping[str, FieldInfo]
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})  # where TLS is not needed
RECORD_DAYS = (365, 36500)  # the shortest and the longest time that rows are kept
RECIPIENT_DOMAIN = re.compile(r"(\*\.[a-z0-9-]+|[a-z0-9-]+\.[a-z0-9-]+)(\.[a-z0-9-]+)*")

# A scheme, a host, a port and a path; nothing else, and no space or control character.
WEB_ADDRESS = (
    r"https?://([A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    r"(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?"
)


def _address(value: str) -> str:
    try:
        valid = validate_email(value, check_deliverability=False)
    except EmailNotValidError as fault:
        raise ValueError(f"not an e-mail address: {fault}") from None
    if valid.ascii_email is None:
        raise ValueError(
            "characters beyond ASCII before the @, which many servers refuse"
        )
    return valid.ascii_email


def _address_or_none(value: str) -> str:
    return _address(value) if value else ""


def _address_pattern(value: str) -> str:
    if value.count("@") != 1 or not re.fullmatch(r"[^\s<>,;]+@[^\s<>,;]+", value):
        raise ValueError("not a pattern of addresses such as *@unit.example.org")
    return value


def _zone(value: str) -> str:
    try:
        return zones.named(value).key
    except ScheduleError as fault:
        raise ValueError(str(fault)) from None


def _web_address(value: str) -> str:
    """Return a web address without a slash at its end; it may have a path."""
    faults = "not a web address such as https://letters.example.org/path"
    if not re.fullmatch(WEB_ADDRESS, value):
        raise ValueError(faults)
    try:
        parts = urlsplit(value)
        port = parts.port  # raises ValueError if it is too large
    except ValueError:
        raise ValueError(faults) from None
    if port == 0 or "//" in parts.path or {".", ".."} & {*parts.path.split("/")}:
        raise ValueError(faults)
    return value.rstrip("/")


def _domain(value: str) -> str:
    if not re.fullmatch(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+", value) or len(value) > 200:  # noqa: PLR2004
        raise ValueError("not a domain such as letters.example.org")
    return value


def _domain_or_none(value: str) -> str:
    return _domain(value) if value else ""


def _recipient_domain(value: str) -> str:
    if not RECIPIENT_DOMAIN.fullmatch(value):
        raise ValueError("not a domain such as gmail.com, nor a pattern such as *.fr")
    return value


def _record_days(value: float) -> float:
    least, most = RECORD_DAYS
    if value and not least <= value <= most:
        raise ValueError(f"expected {least} to {most} days, or 0: for ever")
    return value


FileOrNone = Annotated[Path | None, BeforeValidator(lambda value: value or None)]
Address = Annotated[str, AfterValidator(_address)]
AddressOrNone = Annotated[str, AfterValidator(_address_or_none)]
AddressPattern = Annotated[str, AfterValidator(_address_pattern)]
Zone = Annotated[str, AfterValidator(_zone)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Domain = Annotated[str, AfterValidator(_domain)]
DomainOrNone = Annotated[str, AfterValidator(_domain_or_none)]
RecordDays = Annotated[float, AfterValidator(_record_days)]
RecipientDomain = Annotated[str, AfterValidator(_recipient_domain)]


class Section(BaseModel):
    """One table of config.toml; an unknown key is a fault."""

    # a validator is built for all sections at once, which is half the time of each
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def join_faults(path: Path, sentences: list[str]) -> str:
    """Return one message for the faults of a file: one sentence, or a line for each."""
    if len(sentences) == 1:
        return f"{path.name}: {sentences[0]}"
    lines = "".join(f"\n  {sentence}" for sentence in sentences)
    return f"{path.name} has {len(sentences)} faults:{lines}"


def describe_fault(fault: Any, known: Fields) -> str:
    """Return a sentence for one of pydantic's errors: key, value found, expectation.

    `known` has the fields of the settings, from which similar names are suggested.
    """
    place = [part for part in fault["loc"] if part != "[key]"]
    key = ".".join(str(part) for part in place)
    if fault["type"] == "extra_forbidden":
        return f"{key}: no such setting{_suggestion(place, known)}"
    found = fault.get("input")
    shown = f"found {found!r}; " if isinstance(found, str | int | float | bool) else ""
    expected = fault["msg"].removeprefix("Value error, ")
    return f"{key}: {shown}{expected[:1].lower()}{expected[1:]}"


def _suggestion(place: list[str | int], known: Fields) -> str:
    for part in place[:-1]:
        known = _fields_of(known, str(part))
    names = [field.alias or name for name, field in known.items()]
    near = difflib.get_close_matches(str(place[-1]), names, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _fields_of(known: Fields, part: str) -> Fields:
    """Return the fields of a table; for a table of tables, those of each of them."""
    field = known.get(part)
    if field is None:
        return known  # `part` is the name of a table in a table of tables
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind.model_fields
    return {}
