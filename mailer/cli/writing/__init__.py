"""Commands for those who write: campaigns, series."""
