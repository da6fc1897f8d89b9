"""The settings of the sending office: when it works, and its usual hour."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field

from mailer.settings.values import Section
from scheduler import office
from scheduler.cadences import Weekday
from scheduler.errors import ScheduleError
from scheduler.office import Office


def _calendar(value: str) -> str:
    try:
        return office.calendar(value) if value else ""
    except ScheduleError as fault:
        raise ValueError(str(fault)) from None


def _closed(value: str) -> str:
    try:
        office.closure(value)
    except ScheduleError as fault:
        raise ValueError(str(fault)) from None
    return value


def _weekday(value: str) -> str:
    names = [each.name.lower() for each in Weekday]
    if value not in names:
        raise ValueError(f"not a day of the week: {', '.join(names)}")
    return value


HolidayCalendar = Annotated[str, AfterValidator(_calendar)]
ClosedDays = Annotated[str, AfterValidator(_closed)]
WeekdayName = Annotated[str, AfterValidator(_weekday)]


class OfficeSettings(Section):
    """The holidays, closed days, weekend and usual hour of the sending office."""

    holidays: HolidayCalendar = ""
    closed: tuple[ClosedDays, ...] = Field(default=(), max_length=400)
    weekend: tuple[WeekdayName, ...] = Field(
        default=("saturday", "sunday"), max_length=6
    )
    hour: str = Field(default="10:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")

    @property
    def office(self) -> Office:
        """The office, as cadences need it."""
        return Office(
            weekend=frozenset(Weekday[each.upper()] for each in self.weekend),
            calendar=self.holidays,
            closures=tuple(office.closure(each) for each in self.closed),
        )

    @property
    def usual_time(self) -> time:
        """The time of day of a cadence that names none."""
        return time.fromisoformat(self.hour)
