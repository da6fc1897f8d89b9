"""The console's pages of the calendar: the year, series, and their dates."""
