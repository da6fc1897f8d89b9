"""Groups an audience by what decides its letter: language chain and blocks seen.

One grouped question to the store serves preview, the gate and release; the language
of each group is then chosen by the one pure rule (audiences.languages.choose).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from audiences.base import words
from audiences.contacts import Contact
from audiences.languages import Chain, Choice
from audiences.organisations import Organisation, State
from audiences.segments import compile as compiler
from audiences.segments import resolve
from audiences.segments.compile import Context
from mailer.campaigns import reasons, variants
from mailer.campaigns.models import Campaign
from mailer.campaigns.variants import Traits

CONTACT_LANGUAGES = func.coalesce(Contact.languages, "")
ORGANISATION_LANGUAGES = func.coalesce(Organisation.languages, "")
STATE_LANGUAGES = func.coalesce(State.languages, "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Readers who get the same letter; `choice` is None where none may be sent."""

    contact_languages: str
    organisation_languages: str
    state_languages: str
    variant: str
    count: int
    choice: Choice | None


def variant_of(campaign: Campaign, context: Context) -> ColumnElement[str]:
    """Return the expression of what decides a reader's variant, as a text.

    Five parts between slashes, which campaigns/variants.py reads: the blocks shown,
    the blocks that come first, the reason, the organisation, the time zone.
    """
    why = reasons.conditions(campaign, context)
    noted = campaign.block_rules or campaign.block_firsts or campaign.hours or why
    if not (noted or campaign.shows_entry):
        return cast(literal(""), String)
    zone = func.coalesce(Contact.timezone, "") if campaign.hours else literal("")
    parts: list[ColumnElement[str]] = [
        *_bits(campaign.block_rules, context),
        literal("/"),
        *_bits(campaign.block_firsts, context),
        literal("/"),
        case(*[(holds, str(number)) for number, holds in why], else_="")
        if why
        else literal(""),
        literal("/"),
        cast(Organisation.id, String) if campaign.shows_entry else literal(""),
        literal("/"),
        zone,
    ]
    whole: ColumnElement[str] = cast(literal(""), String)
    for part in parts:
        whole = whole + part
    return whole


def _bits(rules: Mapping[str, str], context: Context) -> list[ColumnElement[str]]:
    return [
        case((compiler.condition(rules[block], context), "1"), else_="0")
        for block in sorted(rules)
    ]


def traits(campaign: Campaign, variant: str) -> Traits:
    """Read what the store noted of a group of readers."""
    return variants.read(
        variant,
        ruled=sorted(campaign.block_rules),
        firsts=sorted(campaign.block_firsts),
    )


def noted(campaign: Campaign, traits: Traits) -> str:
    """Note traits as the store would."""
    return variants.written(
        traits,
        ruled=sorted(campaign.block_rules),
        firsts=sorted(campaign.block_firsts),
    )


def choose(campaign: Campaign, written: Sequence[str], chain: Chain) -> Choice | None:
    """Choose the translation for one chain by the campaign's settings."""
    return languages.choose(
        chain,
        written=written,
        fallbacks=campaign.fallbacks,
        default=campaign.default_language,
    )


async def group(
    session: AsyncSession,
    campaign: Campaign,
    context: Context,
    *,
    written: Sequence[str],
) -> list[Group]:
    """Group everyone a campaign would write to now."""
    found = []
    for row in await session.execute(_grouped(campaign, context)):
        contact, organisation, state, variant, count = tuple(row)
        chain = Chain(
            contact=words(contact), organisation=words(organisation), state=words(state)
        )
        found.append(
            Group(
                contact_languages=contact,
                organisation_languages=organisation,
                state_languages=state,
                variant=variant,
                count=count,
                choice=choose(campaign, written, chain),
            )
        )
    return found


def _grouped(campaign: Campaign, context: Context) -> Select[*tuple[Any, ...]]:
    keys: tuple[ColumnElement[Any], ...] = (
        CONTACT_LANGUAGES,
        ORGANISATION_LANGUAGES,
        STATE_LANGUAGES,
        variant_of(campaign, context),
    )
    labelled = [key.label(f"key{number}") for number, key in enumerate(keys)]
    inner = (
        resolve.audience(campaign.audience, context, *labelled)
        .where(resolve.reason(campaign.topic).is_(None))
        .subquery()
    )
    columns = list(inner.c)
    return select(*columns, func.count()).group_by(*columns).order_by(*columns)
