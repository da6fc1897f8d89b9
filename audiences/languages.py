"""The language chain: which translation a reader gets, decided by data alone.

contact → organisation → its Member State's default → the campaign's default.
The first step that names any language speaks for the reader; later steps never
override it. Tags match whole: `en` is not `en-ZA`, `zh-Hant` never becomes `zh`.
A language that is not written is replaced only by a fallback the campaign allows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from audiences.errors import AudienceError

Names = Mapping[str, str]  # by language
OFFERED = ("en", "fr", "es", "ar", "ru", "zh")
EVERY = "*"  # where languages are listed: each of them
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

# RFC 5646 section 2.1, the forms in use: language, script, region, variants.
_TAG = re.compile(r"([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?((?:-[a-z\d]{5,8})*)")


class ChainStep(StrEnum):
    """Which link of the chain named the reader's language."""

    CONTACT = "contact"
    ORGANISATION = "organisation"
    STATE = "state"
    CAMPAIGN = "campaign"


class LanguageError(AudienceError):
    """Not a language tag."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """The languages each link names, in order of preference; empty says nothing."""

    contact: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    state: tuple[str, ...] = ()

    @classmethod
    def stored(
        cls, contact: str | None, organisation: str | None, state: str | None
    ) -> "Chain":
        """Make a chain of the stored lists."""
        return cls(
            contact=words(contact), organisation=words(organisation), state=words(state)
        )

    def speaker(self) -> tuple[ChainStep, tuple[str, ...]]:
        """Return the first link that names a language, and its languages."""
        if self.contact:
            return ChainStep.CONTACT, self.contact
        if self.organisation:
            return ChainStep.ORGANISATION, self.organisation
        return ChainStep.STATE, self.state


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The translation a reader gets, and by which step of the chain.

    `wanted` is the language the chain asked for; it differs from `language` only
    when a fallback was used.
    """

    language: str
    step: ChainStep
    wanted: str

    @property
    def fell_back(self) -> bool:
        """Whether the reader gets a language nobody named for them."""
        return self.language != self.wanted


def choose(
    chain: Chain,
    *,
    written: Sequence[str],
    fallbacks: Mapping[str, Sequence[str]],
    default: str,
) -> Choice | None:
    """Choose among the written languages, or None where no fallback is allowed."""
    step, wanted = chain.speaker()
    if not wanted:
        return Choice(language=default, step=ChainStep.CAMPAIGN, wanted=default)
    for language in wanted:
        if language in written:
            return Choice(language=language, step=step, wanted=language)
    for language in wanted:
        for substitute in fallbacks.get(language, ()):
            if substitute in written:
                return Choice(language=substitute, step=step, wanted=language)
    return None


def named(names: Names, language: str, default: str = "") -> str:
    """Return a name in a language, else in English, else the default, else any."""
    known = names.get(language) or names.get("en") or default
    return known or next(iter(names.values()), "")


def per_block(allowed: Sequence[str], language: str) -> bool:
    """Whether a translation may lack blocks; "*" allows it in every language."""
    return EVERY in allowed or language in allowed


def words(value: str | None) -> tuple[str, ...]:
    """Split a stored list of codes, "fr en" → ("fr", "en"); None is the empty list."""
    return tuple(value.split()) if value else ()


def tag(value: str) -> str:
    """Return a language tag in its usual spelling, `ZH-hant` → `zh-Hant`."""
    match = _TAG.fullmatch(value.strip().lower())
    if match is None:
        raise LanguageError(
            f"{value[:40]!r} is not a language tag such as fr or zh-Hant"
        )
    language, script, region, variants = match.groups(default="")
    return f"{language}{script.title()}{region.upper()}{variants}"


def direction(language: str) -> str:
    """Return "rtl" or "ltr" for the script a language tag is written in."""
    parts = language.split("-")
    if "Latn" in parts:
        return "ltr"
    if "Arab" in parts or "Hebr" in parts:
        return "rtl"
    return "rtl" if parts[0] in RIGHT_TO_LEFT else "ltr"
