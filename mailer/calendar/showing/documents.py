"""Writes the entries of a calendar as text, iCalendar (RFC 5545) and HTML."""

from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta
from html import escape
from itertools import groupby

from icalendar import Calendar, Event

from mailer.calendar.showing.entries import CalendarEntry

LENGTH = timedelta(minutes=15)  # of an entry in a calendar program
_REFRESH = "PT1H"
_HEADINGS = ("Day", "Time", "Letter", "State")
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:start;padding:.3em .8em .3em 0;vertical-align:top}"
    "tr{border-bottom:1px solid #888}"
)


def text(title: str, entries: Sequence[CalendarEntry]) -> str:
    """Return a calendar as lines, month by month."""
    lines = [title]
    for month, found in _by_month(entries):
        lines += ["", month]
        lines += [
            f"  {entry.local:%a %d  %H:%M} {entry.zone}  {entry.sentence}"
            for entry in found
        ]
    if not entries:
        lines.append("nothing is planned")
    return "\n".join(lines) + "\n"


def html(title: str, entries: Sequence[CalendarEntry]) -> str:
    """Return a calendar as one page that needs nothing else."""
    parts = []
    for month, found in _by_month(entries):
        rows = "".join(
            f'<tr><th scope="row">{entry.local:%a %d} </th>'
            f"<td>{entry.local:%H:%M} {escape(entry.zone)}</td>"
            f"<td>{_escaped(entry.name)}</td><td>{_link(entry)}</td></tr>\n"
            for entry in found
        )
        head = "".join(f'<th scope="col">{each}</th>' for each in _HEADINGS)
        parts.append(
            f"<h2>{month}</h2>\n<table>\n<thead><tr>{head}</tr></thead>\n"
            f"<tbody>\n{rows}</tbody>\n</table>\n"
        )
    body = "".join(parts) or "<p>Nothing is planned.</p>\n"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{_escaped(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{_escaped(title)}</h1>\n{body}</main>\n</body>\n</html>\n"
    )


def _link(entry: CalendarEntry) -> str:
    number = f"campaign {entry.campaign}" if entry.campaign else ""
    return _escaped(", ".join(filter(None, [number, entry.waits or entry.state])))


def _printable(written: str) -> str:
    """Return a text with a space for what is no visible character."""
    return "".join(each if each.isprintable() else " " for each in written)


def _escaped(written: str) -> str:
    return escape(_printable(written))


def _by_month(
    entries: Iterable[CalendarEntry],
) -> Iterable[tuple[str, list[CalendarEntry]]]:
    in_order = sorted(entries, key=lambda entry: (f"{entry.local:%Y%m}", entry.at))
    grouped = groupby(in_order, key=lambda entry: f"{entry.local:%B %Y}")
    return ((month, list(found)) for month, found in grouped)


def icalendar(title: str, entries: Sequence[CalendarEntry], *, domain: str) -> bytes:
    """Return a calendar for calendar programs; the same entries give the same octets.

    `domain` makes the identifiers of entries those of the site.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//liaison-mailer//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _printable(title))
    calendar.add("x-published-ttl", _REFRESH)
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.key}@{domain}")
        event.add("dtstamp", entry.changed_at.astimezone(UTC))
        event.add("dtstart", entry.at.astimezone(UTC))
        event.add("duration", LENGTH)
        event.add("summary", _printable(entry.sentence))
        event.add("description", f"{entry.local:%Y-%m-%d %H:%M} {entry.zone}")
        event.add("transp", "TRANSPARENT")
        status = "CANCELLED" if entry.state == "cancelled" else "CONFIRMED"
        event.add("status", "TENTATIVE" if entry.waits else status)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
