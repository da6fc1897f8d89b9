"""Commands for people who write and schedule: campaigns, series, cadences."""
