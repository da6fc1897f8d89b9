"""What the scheduler refuses."""


class ScheduleError(Exception):
    """The time or cadence cannot be understood."""
