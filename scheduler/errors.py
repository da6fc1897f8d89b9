"""Errors of the scheduler."""


class ScheduleError(Exception):
    """The time, time zone, window or cadence is not valid."""
