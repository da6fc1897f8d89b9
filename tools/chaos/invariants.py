"""What must hold after any fault, I1 to I10, and the sums that are reported.

Pure: evidence in, breaches out. Each has a test that shows it can fail.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mailer.outbox.message_states import ARROWS, MessageState
from tools.chaos.account import Entry
from tools.chaos.evidence import Evidence, Row

HELD_BY_A_WORKER = ("marked",)
DUE = ("waiting", "deferred", "uncertain")
NOTED = ("deferred", "refused", "uncertain", "held", "set_aside")
REPORTED = (
    "accepted",
    "deferred",
    "refused",
    "bounced",
    "complained",
    "uncertain",
    "expired",
    "held",
    "set_aside",
    "cancelled",
)
TAKEN = ("accepted", "bounced", "complained")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """The figures of one campaign."""

    lost: int
    duplicates: int
    uncertain: int
    unflagged: int


def copies_by_row(evidence: Evidence) -> dict[int, list[Entry]]:
    """Return the sink's copies of each row, by Message-ID."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for copy in evidence.copies:
        number = evidence.message_ids.get(copy.message_id)
        if number is not None:
            found[number].append(copy)
    return found


def sums(evidence: Evidence) -> Sums:
    """Count what was lost, sent twice, uncertain, and not flagged."""
    copies = copies_by_row(evidence)
    present = {row.address for row in evidence.rows}
    return Sums(
        lost=len(evidence.audience - present)
        + sum(row.state in TAKEN and not copies.get(row.id) for row in evidence.rows),
        duplicates=sum(max(len(each) - 1, 0) for each in copies.values()),
        uncertain=sum(states.count("uncertain") for states in evidence.events.values()),
        unflagged=sum(_unflagged(evidence, row, copies) for row in evidence.rows),
    )


def _unflagged(evidence: Evidence, row: Row, copies: dict[int, list[Entry]]) -> int:
    """Count the copies of a row that neither its state nor an episode explains."""
    episodes = evidence.events.get(row.id, ()).count("uncertain")
    allowed = episodes + (row.state in TAKEN) + (row.state == "marked")
    return max(len(copies.get(row.id, [])) - allowed, 0)


def i1_one_row_for_each_reader(evidence: Evidence) -> list[str]:
    """Each member of the audience has exactly one row; the states add up."""
    rows = Counter(row.address for row in evidence.rows)
    missing = evidence.audience - set(rows)
    strange = set(rows) - evidence.audience
    twice = [address for address, count in rows.items() if count > 1]
    breaches = [f"{address} has no row" for address in sorted(missing)]
    breaches += [f"{address} is no reader" for address in sorted(strange)]
    return breaches + [f"{address} has several rows" for address in twice]


def i2_accepted_means_the_sink_has_it(evidence: Evidence) -> list[str]:
    """What is called accepted is in the sink's account."""
    copies = copies_by_row(evidence)
    return [
        f"{row.address} is {row.state}, and the sink never took it"
        for row in evidence.rows
        if row.state in TAKEN and not copies.get(row.id)
    ]


def i3_every_further_copy_was_uncertain_before(evidence: Evidence) -> list[str]:
    """Copies beyond the answered one are not more than the uncertain episodes."""
    copies = copies_by_row(evidence)
    return [
        f"{row.address} is {row.state} with {len(copies[row.id])} copies, and"
        f" {evidence.events.get(row.id, ()).count('uncertain')} uncertain episodes"
        for row in evidence.rows
        if _unflagged(evidence, row, copies)
    ]


def i4_nobody_suppressed_is_marked(evidence: Evidence) -> list[str]:
    """Once a suppression has committed, its address is not marked."""
    since = {who: at for what, who, at in evidence.acts if what == "suppressed"}
    return [
        f"{row.address} was marked after its suppression"
        for row in evidence.rows
        if row.marked_at
        and row.address in since
        and row.marked_at.timestamp() > since[row.address]
    ]


def i5_a_pause_is_exact(evidence: Evidence) -> list[str]:
    """Between the return of a pause and the resume nothing is marked."""
    spans = []
    paused: float | None = None
    for what, who, at in evidence.acts:
        if who == str(evidence.campaign) and what == "paused":
            paused = at
        elif who == str(evidence.campaign) and what == "resuming" and paused:
            spans.append((paused, at))
            paused = None
    if paused is not None:
        spans.append((paused, evidence.read_at.timestamp()))
    return [
        f"{row.address} was marked during the pause"
        for row in evidence.rows
        for start, end in spans
        if row.marked_at and start < row.marked_at.timestamp() < end
    ]


def i6_all_copies_are_the_same(evidence: Evidence) -> list[str]:
    """All copies of a row have the same bytes and reader; no copy is unknown."""
    breaches = [
        f"the sink took {copy.message_id} to {copy.recipient}, of no row"
        for copy in evidence.copies
        if copy.message_id not in evidence.message_ids
    ]
    address = {row.id: row.address for row in evidence.rows}
    for number, copies in copies_by_row(evidence).items():
        seen = {(copy.digest, copy.recipient) for copy in copies}
        if len(seen) > 1 or copies[0].recipient != address.get(number):
            breaches.append(f"the copies of row {number} differ: {sorted(seen)}")
    return breaches


def i7_the_report_is_a_recount(evidence: Evidence) -> list[str]:
    """The product's counters equal a count by other SQL."""
    counted = Counter(row.state for row in evidence.rows)
    expected: dict[str, int] = {state: counted[state] for state in REPORTED}
    expected["audience"] = len(evidence.rows)
    languages = Counter(
        row.language for row in evidence.rows if row.state == "accepted"
    )
    breaches = [
        f"the report says {evidence.report[key]} {key}, the rows say {value}"
        for key, value in expected.items()
        if evidence.report[key] != value
    ]
    if dict(languages) != evidence.report["by_language"]:
        breaches.append(f"by language: {evidence.report['by_language']}")
    return breaches


def i8_the_record_agrees(evidence: Evidence) -> list[str]:
    """The event rows tell the row's state; the audit chain and the store verify."""
    breaches = [f"the store: {fault}" for fault in evidence.faults]
    if evidence.audit:
        breaches.append("the audit chain does not verify")
    for row in evidence.rows:
        noted = evidence.events.get(row.id, ())
        if row.state in NOTED and (not noted or noted[-1] != row.state):
            breaches.append(f"{row.address} is {row.state}, its record says {noted}")
    return breaches


def i9_no_row_is_stuck(evidence: Evidence) -> list[str]:
    """Whatever is not final has a time at which somebody looks at it again."""
    now = evidence.read_at
    breaches = []
    for row in evidence.rows:
        if row.state in HELD_BY_A_WORKER:
            if evidence.idle or row.alive_until is None:
                breaches.append(f"{row.address} is {row.state}, and no worker runs")
        elif row.state in DUE:
            due = row.due_at or datetime.min.replace(tzinfo=UTC)
            sending = evidence.state == "sending"
            if row.due_at is None or (evidence.idle and sending and due < now):
                breaches.append(f"{row.address} is {row.state} and was due {due}")
    return breaches


def i10_each_occurrence_ran_once(evidence: Evidence) -> list[str]:
    """A campaign is released at most once, and a slot has one row."""
    breaches = [
        f"slot {slot} has rows: {n}" for slot, n in evidence.slots.items() if n > 1
    ]
    if evidence.releases > 1:
        breaches.append(f"campaign {evidence.campaign} released {evidence.releases}×")
    return breaches


def each_move_is_an_arrow(evidence: Evidence) -> list[str]:
    """No row went from a state to another that the state machine does not allow."""
    return [
        f"a row went from {before} to {after}"
        for before, after in sorted(evidence.moves)
        if MessageState(after) not in ARROWS[MessageState(before)]
    ]


def the_sender_keeps_to_the_protocol(evidence: Evidence) -> list[str]:
    """No sender ran ahead of an answer of the sink."""
    return list(evidence.violations)


INVARIANTS: dict[str, Callable[[Evidence], list[str]]] = {
    "I1": i1_one_row_for_each_reader,
    "I2": i2_accepted_means_the_sink_has_it,
    "I3": i3_every_further_copy_was_uncertain_before,
    "I4": i4_nobody_suppressed_is_marked,
    "I5": i5_a_pause_is_exact,
    "I6": i6_all_copies_are_the_same,
    "I7": i7_the_report_is_a_recount,
    "I8": i8_the_record_agrees,
    "I9": i9_no_row_is_stuck,
    "I10": i10_each_occurrence_ran_once,
    "arrows": each_move_is_an_arrow,
    "protocol": the_sender_keeps_to_the_protocol,
}


def breaches(evidence: Evidence) -> list[str]:
    """Return every breach of every invariant, each with its number."""
    return [
        f"{name}: {sentence}"
        for name, holds in INVARIANTS.items()
        for sentence in holds(evidence)
    ]
