"""Writes the times in sentences as the unit reads them.

Rules write an instant as `2027-05-04 08:00 UTC`, because they know no zone. The edge
that shows the sentence to a person knows it.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_IN_UTC = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d)(:\d\d)? UTC\b", re.ASCII)


def in_zone(sentence: str, zone: ZoneInfo) -> str:
    """Return a sentence whose instants in UTC are in a zone: 2027-05-04 10:00 CEST."""

    def local(found: re.Match[str]) -> str:
        seconds = found[2] or ""
        try:
            moment = datetime.fromisoformat(f"{found[1]}{seconds}").replace(tzinfo=UTC)
            moment = moment.astimezone(zone)
        except (ValueError, OverflowError):  # no date, or none in the zone
            return found[0]
        clock = f"{moment:%Y-%m-%d %H:%M:%S}" if seconds else f"{moment:%Y-%m-%d %H:%M}"
        return f"{clock} {moment:%Z}"

    return _IN_UTC.sub(local, sentence)
