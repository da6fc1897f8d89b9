"""When each message of a campaign is due: at the release, or at the reader's hour.

The database chooses among few instants by the contact's zone, or else by the country of
the organisation. A message waits until it is due; no worker holds it.
"""

from collections import defaultdict
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, case, func, literal
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Via
from audiences.organisations import Organisation
from audiences.segments import resolve
from audiences.segments.by_membership import Range
from audiences.segments.compiler import Context
from mailer.campaigns.models import Campaign
from scheduler import reader_hours
from scheduler.errors import ScheduleError


async def due_at(
    session: AsyncSession,
    campaign: Campaign,
    context: Context,
    via: Via,
    within: Range,
    released_at: datetime,
) -> ColumnElement[datetime]:
    """Return the expression for when a message to a reader in a range is due."""
    at_once: ColumnElement[datetime] = literal(released_at, Campaign.expires_at.type)
    if campaign.reader_hour is None:
        return at_once
    zone = func.coalesce(Contact.timezone, "")
    country = func.coalesce(Organisation.country, "")
    places = await session.execute(
        resolve.audience(
            campaign.audience,
            context,
            zone.label("zone"),
            country.label("country"),
            via=via,
            within=within,
        ).distinct()
    )
    by_instant: dict[datetime, list[str]] = defaultdict(list)
    for its_zone, its_country in places:
        instant = instant_at(campaign, its_zone, its_country, released_at)
        by_instant[instant].append(f"{its_zone} {its_country}")
    if not by_instant:
        return at_once
    place = zone + " " + country
    return case(
        *[
            (place.in_(its_places), literal(instant, Campaign.expires_at.type))
            for instant, its_places in sorted(by_instant.items())
        ],
        else_=at_once,
    )


def instant_at(
    campaign: Campaign, zone: str, country: str, released_at: datetime
) -> datetime:
    """Return when readers at a place get a campaign released at an instant.

    `zone` is the contact's and `country` the organisation's; "" is not known. A zone
    that the tz database no longer has counts as not known.
    """
    place = reader_hours.place_of(zone, country, otherwise=campaign.zone)
    if campaign.reader_quiet == "weekend":
        place = reader_hours.without_holidays(place)
    try:
        return reader_hours.reader_instant(
            time.fromisoformat(campaign.reader_hour or "00:00"),
            place.zone,
            released_at,
            within=timedelta(hours=campaign.wave_hours or 0),
            quiet=place.office if campaign.reader_quiet else None,
        )
    except ScheduleError:
        return instant_at(campaign, "", country, released_at)
