"""Groups an audience by what decides its letter: language chain and blocks seen.

One grouped question to the store serves preview, the gate and release; the language
of each group is then chosen by the one pure rule (audiences.languages.choose).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from audiences.contacts import Contact
from audiences.languages import Chain, Choice
from audiences.organisations import Country, Organisation
from audiences.segments import resolve
from audiences.segments.compiler import Context
from mailer.campaigns.models import Campaign
from mailer.campaigns.variants import codes

CONTACT_LANGUAGES = func.coalesce(Contact.languages, "")
ORGANISATION_LANGUAGES = func.coalesce(Organisation.languages, "")
COUNTRY_LANGUAGES = func.coalesce(Country.languages, "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Readers who get the same letter; `choice` is None where none may be sent."""

    contact_languages: str
    organisation_languages: str
    country_languages: str
    variant: str
    count: int
    choice: Choice | None


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
        chain = Chain.from_stored(contact, organisation, state)
        found.append(
            Group(
                contact_languages=contact,
                organisation_languages=organisation,
                country_languages=state,
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
        COUNTRY_LANGUAGES,
        codes.noted(campaign, context),
    )
    labelled = [key.label(f"key{number}") for number, key in enumerate(keys)]
    inner = (
        resolve.audience(campaign.audience, context, *labelled)
        .where(resolve.reason(campaign.topic).is_(None))
        .subquery()
    )
    columns = list(inner.c)
    return select(*columns, func.count()).group_by(*columns).order_by(*columns)
