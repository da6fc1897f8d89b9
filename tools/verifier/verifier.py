"""Whether a delivered message is right to the byte; `verify` lists what is not."""

import re
from collections import Counter
from pathlib import Path

from tools.verifier import calendar, content, header, mime, second, wire_lines, words

SAMPLES = 1  # messages of one letter that are looked at thoroughly


def verify(
    message: bytes, *, smtputf8: bool = False, thorough: bool = True
) -> list[str]:
    """Return every fault of a message as it was received; none means it is right.

    Lines put before it by the receiving server (Return-Path, Delivered-To) are taken
    off, and its To is held against them. `thorough` asks html5lib and the standard
    library too, which costs most of the time.
    """
    envelope, message = wire_lines.received(message)
    found = list(wire_lines.faults(message, smtputf8=smtputf8))
    try:
        head, body = wire_lines.split(message)
        fields = header.Header(head)
        found += header.faults(fields)
        root = mime.parse(fields, body)
    except (ValueError, KeyError) as fault:
        return [*found, f"not a message: {fault}"]
    found += content.faults(root, fields)
    found += calendar.faults(root, fields)
    if thorough and not found:
        found += content.markup(root, fields)
        found += second.faults(message, fields, root)
    if envelope:
        _, address = words.mailbox(fields.get("to"))
        if address != envelope["Delivered-To"]:
            found.append(f"To is {address}, RCPT was {envelope['Delivered-To']}")
    return found


def verify_maildir(folder: Path) -> dict[str, list[str]]:
    """Return the faults of every message of a Maildir that has some.

    Of each letter, told by its boundary, the first are looked at thoroughly.
    """
    found = {}
    seen: Counter[str] = Counter()
    for path in sorted((folder / "new").iterdir()):
        message = path.read_bytes()
        letter = letter_of(message)
        seen[letter] += 1
        faults = verify(message, thorough=seen[letter] <= SAMPLES)
        if faults:
            found[path.name] = faults
    return found


def letter_of(message: bytes) -> str:
    """Return what tells one letter from another: the boundary is made from its text."""
    fields = header.Header(wire_lines.split(wire_lines.received(message)[1])[0])
    found = re.search(r'boundary="([^"]+)"', fields.get("content-type"))
    return found[1] if found else fields.get("subject")
