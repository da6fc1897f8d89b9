"""What changed between two examinations, and what of it an alert mail has.

Pure; `now` is an argument. A finding is the same as before if only its numbers differ.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mailer.doctor.finding import Finding, Grade

HOUR = timedelta(hours=1)
FAULTS = (Grade.WARNING, Grade.ERROR)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the operator knows: faults by their identity, and when mails left.

    Where no mail may leave, `seen` has the faults of the last look, and `came` counts
    by their sentences how often faults came.
    """

    faults: dict[str, str] = field(default_factory=dict)  # identity → sentence
    sent: tuple[datetime, ...] = ()
    seen: tuple[str, ...] | None = None
    came: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One mail: the faults that are new, and the sentences of those that are over.

    `came` counts the faults that came since the mail before, while none might leave;
    `until` is when the next may, if this is the last of its hour.
    """

    new: tuple[Finding, ...]
    over: tuple[str, ...]
    came: dict[str, int] = field(default_factory=dict)
    until: datetime | None = None


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
) -> tuple[Alert | None, Known]:
    """Return the mail that is due, None if none is, and what is known after it.

    Where `per_hour` mails left in the last hour, none is due: what changed meanwhile is
    in the next one.
    """
    present = {identity_of(each): each for each in findings if each.level in FAULTS}
    new = tuple(each for key, each in present.items() if key not in known.faults)
    over = tuple(each for key, each in known.faults.items() if key not in present)
    recent = tuple(each for each in known.sent if timedelta() <= now - each < HOUR)
    if len(recent) >= per_hour:
        return None, _waiting(known, present)
    if not (new or over or known.came):
        return None, known
    sentences = {key: _sentence(each) for key, each in present.items()}
    sent = (*recent, now)
    until = sent[-per_hour] + HOUR if len(sent) >= per_hour else None
    return (
        Alert(new=new, over=over, came=known.came, until=until),
        Known(faults=sentences, sent=sent),
    )


def _waiting(known: Known, present: Mapping[str, Finding]) -> Known:
    """Return what is known after a look of which no mail may tell."""
    before = known.faults if known.seen is None else known.seen
    came = Counter(known.came)
    came.update(_sentence(each) for key, each in present.items() if key not in before)
    return replace(known, seen=tuple(present), came=dict(came))


def _sentence(finding: Finding) -> str:
    return f"{finding.about}: {finding.sentence}"
