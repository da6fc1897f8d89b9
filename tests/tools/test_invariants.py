"""Each invariant can fail: sound evidence is doctored, and exactly that is seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tools.chaos import invariants
from tools.chaos.account import Entry
from tools.chaos.evidence import Evidence, Row

NOW = datetime(2027, 5, 4, 8, tzinfo=UTC)
READERS = ("a@storm.example", "b@storm.example")


def row(number: int, state: str = "accepted", **more: Any) -> Row:
    values: dict[str, Any] = {
        "id": number,
        "address": READERS[number - 1],
        "state": state,
        "reason": None,
        "attempts": 1,
        "due_at": NOW,
        "marked_at": NOW,
        "settled_at": NOW,
        "alive_until": None,
        "language": "en",
    }
    return Row(**{**values, **more})


def copy(number: int, **more: Any) -> Entry:
    values: dict[str, Any] = {
        "at": NOW.timestamp(),
        "kind": "accepted",
        "session": 1,
        "message_id": f"<{number}@x>",
        "recipient": READERS[number - 1],
        "digest": "d",
        "size": 1,
    }
    return Entry(**{**values, **more})


def sound(**more: Any) -> Evidence:
    report = dict.fromkeys(invariants.REPORTED, 0)
    values: dict[str, Any] = {
        "campaign": 1,
        "state": "finished",
        "audience": frozenset(READERS),
        "rows": (row(1), row(2)),
        "events": {},
        "message_ids": {"<1@x>": 1, "<2@x>": 2},
        "copies": (copy(1), copy(2)),
        "violations": (),
        "moves": frozenset({("waiting", "marked"), ("marked", "accepted")}),
        "report": {**report, "accepted": 2, "audience": 2, "by_language": {"en": 2}},
        "releases": 1,
        "slots": {"1 2027-05-04T10:00": 1},
        "acts": (),
        "faults": (),
        "read_at": NOW + timedelta(seconds=10),
    }
    return Evidence(**{**values, **more})


def reported(evidence: Evidence, **more: Any) -> Evidence:
    return replace(evidence, report={**evidence.report, **more})


LATER = NOW.timestamp() - 1
DOCTORED = {
    "a reader without a row": ("I1", sound(audience=frozenset((*READERS, "c@x.y")))),
    "a reader with two rows": (
        "I1",
        sound(rows=(row(1), row(2), row(2, id=3, state="expired"))),
    ),
    "accepted, but the sink has nothing": ("I2", sound(copies=(copy(1),))),
    "a second copy nobody flagged": ("I3", sound(copies=(copy(1), copy(2), copy(2)))),
    "one flag, three copies": (
        "I3",
        sound(copies=(copy(1), *[copy(2)] * 3), events={2: ("uncertain", "waiting")}),
    ),
    "refused, and yet the sink has it": (
        "I3",
        sound(rows=(row(1), row(2, "refused")), events={2: ("refused",)}),
    ),
    "marked after a suppression": (
        "I4",
        sound(acts=(("suppressed", READERS[0], LATER),)),
    ),
    "marked during a pause": (
        "I5",
        sound(acts=(("paused", "1", LATER), ("resuming", "1", LATER + 5))),
    ),
    "marked during a pause that goes on": ("I5", sound(acts=(("paused", "1", LATER),))),
    "two copies with other bytes": (
        "I6",
        sound(copies=(copy(1), copy(2), copy(2, digest="e"))),
    ),
    "a copy to somebody else": (
        "I6",
        sound(copies=(copy(1), copy(2, recipient=READERS[0]))),
    ),
    "a copy of no row": (
        "I6",
        sound(copies=(copy(1), copy(2), copy(2, message_id="<9@x>"))),
    ),
    "a report that counts wrong": ("I7", reported(sound(), accepted=1)),
    "a report with another language": ("I7", reported(sound(), by_language={"fr": 2})),
    "a store that is damaged": ("I8", sound(faults=("row 7 missing from index",))),
    "an audit chain that is cut": ("I8", sound(audit=1)),
    "held without a record": (
        "I8",
        reported(sound(rows=(row(1), row(2, "held"))), held=1, accepted=1),
    ),
    "marked when nobody works": ("I9", sound(rows=(row(1), row(2, "marked")))),
    "marked by the dead": (
        "I9",
        sound(rows=(row(1), row(2, "marked")), idle=False),
    ),
    "due, and nobody looks": (
        "I9",
        sound(rows=(row(1), row(2, "waiting")), state="sending"),
    ),
    "never due": ("I9", sound(rows=(row(1), row(2, "waiting", due_at=None)))),
    "released twice": ("I10", sound(releases=2)),
    "a slot with two rows": ("I10", sound(slots={"1 2027-05-04T10:00": 2})),
    "moved where no arrow leads": (
        "arrows",
        sound(moves=frozenset({("accepted", "waiting")})),
    ),
    "a sender that runs ahead": ("protocol", sound(violations=("more came",))),
}


def test_sound_evidence_breaks_nothing() -> None:
    assert invariants.breaches(sound()) == []


@pytest.mark.parametrize("name", DOCTORED)
def test_a_doctored_account_is_seen(name: str) -> None:
    broken, evidence = DOCTORED[name]

    assert broken in {
        breach.partition(":")[0] for breach in invariants.breaches(evidence)
    }


def test_every_invariant_was_seen_to_fail() -> None:
    assert {broken for broken, _ in DOCTORED.values()} == set(invariants.INVARIANTS)


def test_the_sums_tell_lost_doubled_and_unflagged_apart() -> None:
    """Two flagged copies are a duplicate; one that no episode explains is unflagged."""
    evidence = sound(
        audience=frozenset((*READERS, "c@storm.example")),
        copies=(copy(2), copy(2), copy(2)),
        events={2: ("uncertain", "waiting")},
    )

    assert invariants.sums(evidence) == invariants.Sums(
        lost=2, duplicates=2, uncertain=1, unflagged=1
    )
