"""Errors of sources."""

from audiences.errors import AudienceError


class SourceAwayError(AudienceError):
    """The list of a source cannot be had now, or may not be read from there."""
