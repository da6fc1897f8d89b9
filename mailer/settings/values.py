"""What sections of the settings share: their shape, types, and the words of faults."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_args
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.fields import FieldInfo

Fields = Mapping[str, FieldInfo]
RECIPIENT_DOMAIN = re.compile(r"(\*\.[a-z0-9-]+|[a-z0-9-]+\.[a-z0-9-]+)(\.[a-z0-9-]+)*")


def _address(value: str) -> str:
    try:
        valid = validate_email(value, check_deliverability=False)
    except EmailNotValidError as fault:
        raise ValueError(f"not an e-mail address: {fault}") from None
    if valid.ascii_email is None:
        raise ValueError("letters beyond ASCII before the @; not every server takes it")
    return valid.ascii_email


def _address_or_none(value: str) -> str:
    return _address(value) if value else ""


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError("not a web address such as https://letters.example.org")
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


Address = Annotated[str, AfterValidator(_address)]
AddressOrNone = Annotated[str, AfterValidator(_address_or_none)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Domain = Annotated[str, AfterValidator(_domain)]
DomainOrNone = Annotated[str, AfterValidator(_domain_or_none)]
RecipientDomain = Annotated[str, AfterValidator(_recipient_domain)]


class Section(BaseModel):
    """One table of config.toml: what it does not know is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def listed(path: Path, sentences: list[str]) -> str:
    """Return the faults of a file as one sentence, or one line each."""
    if len(sentences) == 1:
        return f"{path.name}: {sentences[0]}"
    lines = "".join(f"\n  {sentence}" for sentence in sentences)
    return f"{path.name} has {len(sentences)} faults:{lines}"


def sentence(fault: Any, known: Fields) -> str:
    """Say which key is at fault, what was found and what is expected."""
    place = [part for part in fault["loc"] if part != "[key]"]
    key = ".".join(str(part) for part in place)
    if fault["type"] == "extra_forbidden":
        return f"{key}: no such setting{_near(place, known)}"
    found = fault.get("input")
    shown = f"found {found!r}; " if isinstance(found, str | int | float | bool) else ""
    expected = fault["msg"].removeprefix("Value error, ")
    return f"{key}: {shown}{expected[:1].lower()}{expected[1:]}"


def _near(place: list[str | int], known: Fields) -> str:
    for part in place[:-1]:
        known = _inside(known, str(part))
    names = [field.alias or name for name, field in known.items()]
    near = difflib.get_close_matches(str(place[-1]), names, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _inside(known: Fields, part: str) -> Fields:
    """Return the keys of a table; those of a table of tables are what each one has."""
    field = known.get(part)
    if field is None:
        return known  # the name of one of a table of tables
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind.model_fields
    return {}
