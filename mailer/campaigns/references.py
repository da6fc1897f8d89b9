"""Reference numbers such as CSP/NGO/27/05, counted per pattern and year.

A reference with {number} is a pattern: `CSP/NGO/{yy}/{number}`. At its first approval a
campaign gets the next number of its pattern and year, in the same transaction. So no
number is given twice, and drafts use none. A campaign that is cancelled after its
approval keeps its number. A reference without {number} is used as it is written.
"""

import re
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer.campaigns.models import Campaign, ReferenceSeries
from mailer.errors import RefusedError

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_KNOWN = {"yy", "yyyy", "number"}


def read(reference: str, fault: Callable[[str, str], Exception]) -> str:
    """Return a reference; raise `fault(key, sentence)` if its pattern is wrong."""
    for placeholder in _PLACEHOLDER.findall(reference):
        if placeholder not in _KNOWN:
            raise fault(
                "reference",
                f"reference has {{{placeholder}}};"
                " expected {yy}, {yyyy} or {number}",
            )
    if "{yy" in reference and "{number}" not in reference:
        raise fault("reference", "reference has a year but no {number}; add it")
    return reference


def set_reference(campaign: Campaign, reference: str, *, year: int) -> None:
    """Set a draft's reference, or the pattern its number will be counted by."""
    pattern = reference if "{number}" in reference else None
    if campaign.reference_number is not None:
        if (campaign.reference_pattern, campaign.reference_year) == (pattern, year):
            return
        raise RefusedError(
            f"{campaign.name} has the number {campaign.reference}; another pattern or"
            " year would leave a gap in the numbers: import it as a new campaign"
        )
    campaign.reference_pattern = pattern
    campaign.reference_year = None if pattern is None else year
    campaign.reference = formatted(pattern, year, None) if pattern else reference


async def assign_number(session: AsyncSession, campaign: Campaign) -> None:
    """Give a campaign its number, once, also when two users approve it at once."""
    await session.refresh(campaign, ["reference_number"], with_for_update=True)
    pattern, year = campaign.reference_pattern, campaign.reference_year
    if pattern is None or year is None or campaign.reference_number is not None:
        return
    campaign.reference_number = await _next_number(session, pattern, year)
    campaign.reference = formatted(pattern, year, campaign.reference_number)


async def _next_number(session: AsyncSession, pattern: str, year: int) -> int:
    """Increment the counter and return it; concurrent callers wait for the commit."""
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


def formatted(pattern: str, year: int, number: int | None) -> str:
    """Return a pattern filled in; the number has two digits or more, None is `…`."""
    filled = pattern.replace("{yyyy}", str(year)).replace("{yy}", f"{year % 100:02}")
    return filled.replace("{number}", "…" if number is None else f"{number:02}")
