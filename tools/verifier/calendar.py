"""An invitation in a message: RFC 5545 lines, 5546 methods, 6047 transport."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from tools.verifier import words
from tools.verifier.header import Header
from tools.verifier.mime import Part

Line = tuple[str, str, str]  # name, parameters, value
_NEEDED = (
    "UID",
    "DTSTAMP",
    "DTSTART",
    "SEQUENCE",
    "ORGANIZER",
    "ATTENDEE",
    "SUMMARY",
    "STATUS",
)
_LINE = re.compile(
    r"([A-Z-]+)((?:;[A-Z-]+=(?:\"[^\"]*\"|[^\":;,]*)(?:,[^\":;,]*)*)*):(.*)"
)


def faults(root: Part, header: Header) -> Iterator[str]:
    """Yield what is wrong with the invitation, if the message carries one."""
    calendars = [part for part in root.walk() if part.kind == "text/calendar"]
    files = [part for part in root.walk() if part.kind == "application/ics"]
    if not calendars and not files:
        return
    if len(calendars) != 1 or len(files) != 1 or root.kind != "multipart/mixed":
        yield f"E2: an invitation in {root.shape()}"
        return
    part = calendars[0]
    if part.octets != files[0].octets:
        yield "E2: the attached invitation is another"
    for line in part.octets.split(b"\r\n"):
        if len(line) > 75:
            yield f"E1: a line of {len(line)} octets"
        try:
            line.decode()
        except UnicodeError:
            yield "E1: a character cut in two"
    if re.search(rb"(?<!\r)\n", part.octets) or not part.octets.endswith(b"\r\n"):
        yield "E1: lines do not end in CRLF"
    yield from _event(part, header)


def properties(text: str) -> list[Line]:
    """Return name, parameters and value of every line."""
    found = []
    for line in text.replace("\r\n ", "").strip().split("\r\n"):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"not a calendar line: {line!r}")
        found.append((match[1], match[2], match[3]))
    return found


def _event(part: Part, header: Header) -> Iterator[str]:
    try:
        lines = properties(part.text)
    except ValueError as fault:
        yield f"E1: {fault}"
        return
    start, end = (
        lines.index(("BEGIN", "", "VEVENT")),
        lines.index(("END", "", "VEVENT")),
    )
    event = lines[start:end]
    names = [name for name, _, _ in event]
    for name in _NEEDED:
        if names.count(name) != 1:
            yield f"E1: {name} stands {names.count(name)} times"
            return
    yield from _values(lines, event, part, header)


def _values(
    lines: list[Line], event: list[Line], part: Part, header: Header
) -> Iterator[str]:
    value = {name: value for name, _, value in lines}
    method = value.get("METHOD")
    if part.parameters.get("method") != method or method not in {"REQUEST", "CANCEL"}:
        yield f"E2: method={part.parameters.get('method')} and METHOD:{method}"
    if (method == "CANCEL") != (value["STATUS"] == "CANCELLED"):
        yield f"E2: METHOD:{method} with STATUS:{value['STATUS']}"
    for name, field in (("ORGANIZER", "from"), ("ATTENDEE", "to")):
        _, address = words.mailbox(header.get(field))
        if unquote(value[name]) != f"mailto:{address}":
            yield f"E2: {name} {value[name]}, {field} {address}"
    parameters = {name: each for name, each, _ in event}
    zone = re.search(r";TZID=\"?([^\";]+)", parameters["DTSTART"])
    if zone and ("TZID", "", zone[1]) not in lines:
        yield f"E1: no VTIMEZONE for {zone[1]}"
    whole_days = ";VALUE=DATE" in parameters["DTSTART"]
    if zone is None and not value["DTSTART"].endswith("Z") and not whole_days:
        yield "E1: DTSTART has neither zone nor Z"
    if ";LANGUAGE=" not in parameters["SUMMARY"]:
        yield "E2: SUMMARY does not say its language"
