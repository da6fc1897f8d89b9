"""Groups an audience by what decides its letter: language chain and variant code.

The gate and the release use the same grouped query; audiences.languages.choose then
chooses the language of each group.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from audiences.contacts import Contact, Via
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
    """Readers with the same chain and code; `choice` is None if no language fits.

    `example` is the number of one of the contacts.
    """

    contact_languages: str
    organisation_languages: str
    country_languages: str
    variant: str
    count: int
    choice: Choice | None
    example: int = 0


def choose(campaign: Campaign, written: Sequence[str], chain: Chain) -> Choice | None:
    """Choose the language of one chain by the campaign's settings; None: none fits."""
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
    which: Sequence[ColumnElement[bool]] = (),
) -> list[Group]:
    """Return the groups of the readers a campaign would have now.

    They are all, or those for whom the conditions `which` hold.
    """
    counts: Counter[tuple[str, str, str, str]] = Counter()
    examples: dict[tuple[str, str, str, str], int] = {}
    for via in context.memberships:
        for row in await session.execute(_grouped(campaign, context, via, which)):
            contact, organisation, country, variant, example, count = tuple(row)
            counts[contact, organisation, country, variant] += count
            examples.setdefault((contact, organisation, country, variant), example)
    return [
        Group(
            contact_languages=contact,
            organisation_languages=organisation,
            country_languages=country,
            variant=variant,
            count=count,
            choice=choose(
                campaign, written, Chain.from_stored(contact, organisation, country)
            ),
            example=examples[contact, organisation, country, variant],
        )
        for (contact, organisation, country, variant), count in counts.items()
    ]


def _grouped(
    campaign: Campaign,
    context: Context,
    via: Via,
    which: Sequence[ColumnElement[bool]],
) -> Select[*tuple[Any, ...]]:
    keys: tuple[ColumnElement[Any], ...] = (
        CONTACT_LANGUAGES,
        ORGANISATION_LANGUAGES,
        COUNTRY_LANGUAGES,
        codes.expression(campaign, context, via),
    )
    labelled = [key.label(f"key{number}") for number, key in enumerate(keys)]
    inner = (
        resolve.audience(
            campaign.audience, context, *labelled, Contact.id.label("example"), via=via
        )
        .where(resolve.reason(campaign.topic).is_(None), *which)
        .subquery()
    )
    columns = [inner.c[key.name] for key in labelled]
    counted = select(*columns, func.min(inner.c.example), func.count())
    return counted.group_by(*columns).order_by(*columns)
