"""Reads what an export of a site says of contacts that no letter is written to.

In another site, or in one that begins again, each becomes a suppression. In the site
itself nothing changes.
"""

from collections.abc import Sequence

from audiences.intake.values.checked import Checked, ToSuppress
from audiences.intake.wishes.stopping import OWN, OWN_STOP
from audiences.suppressions import Why

_SAYS = frozenset((OWN_STOP, f"{OWN}: suppressed"))


class OwnStops:
    """The column of an export in which a site says why no letter is written."""

    def __init__(self, place: int) -> None:
        self._place = place

    def added(self, checked: Checked, line: Sequence[str]) -> Checked:
        """Add the stops that a row has to what it gives."""
        said = f"{OWN}: {line[self._place].strip()}"
        if said not in _SAYS:
            return checked
        keys = [each.address_key for each in checked.rows if each.address_key]
        stops = [ToSuppress(key, Why.ASKED, said) for key in keys]
        return checked._replace(stops=[*checked.stops, *stops])


def of(headings: Sequence[str]) -> OwnStops | None:
    """Return the column of an export of ours; None for other lists."""
    return OwnStops(headings.index(OWN)) if OWN in headings else None
