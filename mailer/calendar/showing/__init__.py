"""The calendar of a year: its entries, as text, iCalendar and HTML."""
