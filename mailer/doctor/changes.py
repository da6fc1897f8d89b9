"""What changed between two examinations, and what of it an alert mail has.

Pure; `now` is an argument. A finding is the same as before if only its numbers differ.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailer.doctor.finding import Finding, Grade

HOUR = timedelta(hours=1)
FAULTS = (Grade.WARNING, Grade.ERROR)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the operator knows: faults by their identity, and when mails left."""

    faults: dict[str, str] = field(default_factory=dict)  # identity → sentence
    sent: tuple[datetime, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One mail: the faults that are new, and the sentences of those that are over."""

    new: tuple[Finding, ...]
    over: tuple[str, ...]


def identity_of(finding: Finding) -> str:
    """Return what stays the same of a finding while its numbers change."""
    sentence = re.sub(r"[0-9]+", "#", finding.sentence)
    return f"{finding.level} {finding.about}: {sentence}"


def changed(before: Sequence[Finding], after: Sequence[Finding]) -> list[Finding]:
    """Return the findings of the second examination that the first does not have."""
    known = set(map(identity_of, before))
    return [each for each in after if identity_of(each) not in known]


def alert(
    known: Known, findings: Sequence[Finding], *, per_hour: int, now: datetime
) -> tuple[Alert, Known] | None:
    """Return the mail that is due and what is known after it; None if none is.

    Where `per_hour` mails left in the last hour, none is due: what changed meanwhile is
    in the next one.
    """
    present = {identity_of(each): each for each in findings if each.level in FAULTS}
    new = tuple(each for key, each in present.items() if key not in known.faults)
    over = tuple(each for key, each in known.faults.items() if key not in present)
    recent = tuple(each for each in known.sent if timedelta() <= now - each < HOUR)
    if not (new or over) or len(recent) >= per_hour:
        return None
    after = Known(
        faults={key: f"{each.about}: {each.sentence}" for key, each in present.items()},
        sent=(*recent, now),
    )
    return Alert(new=new, over=over), after
