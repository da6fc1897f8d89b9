"""Reference numbers: CSP/NGO/27/05, counted per series of letters and year.

`reference = "CSP/NGO/{yy}/{number}"` is a pattern; when a campaign is first approved it
gets the next number of its pattern and year, in the transaction that approves it. So no
number is given twice, and drafts use none up. A campaign that is cancelled after its
approval keeps its number: the list of campaigns says what became of it. Anything
without {number} is a reference as it stands.
"""

import re
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer.campaigns.models import Campaign, ReferenceSeries
from mailer.errors import RefusedError

_PLACE = re.compile(r"\{([^{}]*)\}")
_KNOWN = {"yy", "yyyy", "number"}


def read(reference: str, fault: Callable[[str, str], Exception]) -> str:
    """Refuse a pattern with places that do not exist; `fault` makes the error."""
    for place in _PLACE.findall(reference):
        if place not in _KNOWN:
            raise fault(
                "reference",
                f"reference: no place {{{place}}}; it has {{yy}}, {{yyyy}}, {{number}}",
            )
    if "{yy" in reference and "{number}" not in reference:
        raise fault("reference", "reference: a pattern needs {number}")
    return reference


def note(campaign: Campaign, reference: str, *, year: int) -> None:
    """Note a draft's reference, or the pattern it will be numbered by."""
    pattern = reference if "{number}" in reference else None
    if campaign.reference_number is not None:
        if (campaign.reference_pattern, campaign.reference_year) == (pattern, year):
            return
        raise RefusedError(
            f"{campaign.name} has the number {campaign.reference}; another pattern or"
            " year would leave a gap: import it as a new campaign"
        )
    campaign.reference_pattern = pattern
    campaign.reference_year = None if pattern is None else year
    campaign.reference = written(pattern, year, None) if pattern else reference


async def take(session: AsyncSession, campaign: Campaign) -> None:
    """Give a campaign its number, once, whoever else approves it at the same time."""
    await session.refresh(campaign, ["reference_number"], with_for_update=True)
    pattern, year = campaign.reference_pattern, campaign.reference_year
    if pattern is None or year is None or campaign.reference_number is not None:
        return
    campaign.reference_number = await _next(session, pattern, year)
    campaign.reference = written(pattern, year, campaign.reference_number)


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


def written(pattern: str, year: int, number: int | None) -> str:
    """Return a pattern filled in: two digits at least, or that no number is given."""
    filled = pattern.replace("{yyyy}", str(year)).replace("{yy}", f"{year % 100:02}")
    return filled.replace("{number}", "…" if number is None else f"{number:02}")
