"""Language tags, and the language chain that chooses a reader's translation.

contact → organisation → default of its country → default of the campaign

The first step that names a language decides. Tags match whole: `en` does not match
`en-ZA`, and `zh-Hant` does not match `zh`. When the campaign has no text in a language
of that step, the reader gets a fallback that the campaign allows, or no letter.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from audiences.errors import AudienceError

Names = Mapping[str, str]  # language → name
OFFERED = ("en", "fr", "es", "ar", "ru", "zh")
EVERY = "*"  # in a list of languages: all of them
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

# RFC 5646 section 2.1, as far as used: language, script, region, variants.
_TAG = re.compile(r"([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?((?:-[a-z\d]{5,8})*)")


class ChainStep(StrEnum):
    """The step of the chain that decided the language."""

    CONTACT = "contact"
    ORGANISATION = "organisation"
    STATE = "state"
    CAMPAIGN = "campaign"


class LanguageError(AudienceError):
    """The text is not a language tag."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """The languages that each step names, in order of preference; may be empty."""

    contact: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    state: tuple[str, ...] = ()

    @classmethod
    def from_stored(
        cls, contact: str | None, organisation: str | None, state: str | None
    ) -> "Chain":
        """Return the chain of three stored lists such as "fr en"."""
        return cls(
            contact=split_codes(contact),
            organisation=split_codes(organisation),
            state=split_codes(state),
        )

    def deciding_step(self) -> tuple[ChainStep, tuple[str, ...]]:
        """Return the first step that names a language, and its languages.

        When none does, the step is STATE and the tuple is empty.
        """
        if self.contact:
            return ChainStep.CONTACT, self.contact
        if self.organisation:
            return ChainStep.ORGANISATION, self.organisation
        return ChainStep.STATE, self.state


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The language a reader gets, and the step of the chain that decided it.

    `wanted` is the language that step names; it differs from `language` only when a
    fallback is used.
    """

    language: str
    step: ChainStep
    wanted: str

    @property
    def fell_back(self) -> bool:
        """Whether the reader gets a fallback."""
        return self.language != self.wanted


def choose(
    chain: Chain,
    *,
    written: Sequence[str],
    fallbacks: Mapping[str, Sequence[str]],
    default: str,
) -> Choice | None:
    """Return the reader's choice among the written languages.

    None when none of the reader's languages, nor an allowed fallback, is written.
    """
    step, wanted = chain.deciding_step()
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


def name_in(names: Names, language: str, default: str = "") -> str:
    """Return a name in a language, else in English, else the default, else any."""
    name = names.get(language) or names.get("en") or default
    return name or next(iter(names.values()), "")


def may_lack_blocks(allowed: Sequence[str], language: str) -> bool:
    """Whether `allowed` lists a language, or all languages with "*"."""
    return EVERY in allowed or language in allowed


def split_codes(value: str | None) -> tuple[str, ...]:
    """Return a stored list of codes as a tuple: "fr en" → ("fr", "en"), None → ()."""
    return tuple(value.split()) if value else ()


def tag(value: str) -> str:
    """Return a language tag in its usual spelling: `ZH-hant` → `zh-Hant`.

    Raises LanguageError when the text is not a language tag.
    """
    match = _TAG.fullmatch(value.strip().lower())
    if match is None:
        raise LanguageError(
            f"{value[:40]!r} is not a language tag such as fr or zh-Hant"
        )
    language, script, region, variants = match.groups(default="")
    return f"{language}{script.title()}{region.upper()}{variants}"


def direction(language: str) -> str:
    """Return "rtl" or "ltr", the direction of the script of a language tag."""
    parts = language.split("-")
    if "Latn" in parts:
        return "ltr"
    if "Arab" in parts or "Hebr" in parts:
        return "rtl"
    return "rtl" if parts[0] in RIGHT_TO_LEFT else "ltr"
