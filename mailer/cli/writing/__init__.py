"""Commands on series and cadences."""
