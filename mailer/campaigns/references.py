"""Reference numbers: CSP/NGO/27/05, counted per series of letters and year.

`reference = "CSP/NGO/{yy}/{number}"` is a pattern; when a campaign is first taken in it
gets the next number of its pattern and year, in the transaction that stores it. So no
number is given twice, none is left out, and an import that fails uses none up. Anything
without {number} is a reference as it stands.
"""

import re

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.base import insert
from mailer.campaigns.models import Campaign, ReferenceSeries
from mailer.errors import ContentError, RefusedError

_PLACE = re.compile(r"\{([^{}]*)\}")
_KNOWN = {"yy", "yyyy", "number"}


def refuse(reference: str, where: str) -> None:
    """Refuse a pattern with places that do not exist."""
    for place in _PLACE.findall(reference):
        if place not in _KNOWN:
            raise ContentError(
                where,
                f"reference: no place {{{place}}}; it has {{yy}}, {{yyyy}}, {{number}}",
            )
    if "{yy" in reference and "{number}" not in reference:
        raise ContentError(where, "reference: a pattern needs {number}")


def is_pattern(reference: str) -> bool:
    """Whether a reference is to be numbered."""
    return "{number}" in reference


async def number(
    session: AsyncSession, campaign: Campaign, reference: str, *, year: int
) -> None:
    """Give a campaign its reference, a number of its own where it has a pattern."""
    pattern = reference if is_pattern(reference) else None
    if campaign.reference_pattern is not None:
        if (campaign.reference_pattern, campaign.reference_year) == (pattern, year):
            return
        raise RefusedError(
            f"{campaign.name} has the number {campaign.reference}; another pattern or"
            " year would leave a gap: import it as a new campaign"
        )
    campaign.reference, campaign.reference_pattern = reference, pattern
    campaign.reference_year = None
    if pattern is not None:
        campaign.reference = written(pattern, year, await _next(session, pattern, year))
        campaign.reference_year = year


async def _next(session: AsyncSession, pattern: str, year: int) -> int:
    """Count one further; whoever else counts waits until this is stored."""
    counted = (
        insert(session, ReferenceSeries)
        .values(pattern=pattern, year=year, last=1)
        .on_conflict_do_update(
            index_elements=["pattern", "year"],
            set_={"last": ReferenceSeries.last + 1},
        )
        .returning(ReferenceSeries.last)
    )
    return int((await session.execute(counted)).scalar_one())


def written(pattern: str, year: int, number: int) -> str:
    """Return a pattern filled in: two digits at least."""
    filled = pattern.replace("{yyyy}", str(year)).replace("{yy}", f"{year % 100:02}")
    return filled.replace("{number}", f"{number:02}")
