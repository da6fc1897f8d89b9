"""One fault after another on small campaigns: signals, relay faults, lost processes.

Each scenario drives the commands, and its evidence is held against every invariant;
what it shows beyond them it says as breaches of its own.
"""

import signal
import time
from collections.abc import Callable

from tools.chaos import evidence, invariants, kills
from tools.chaos.grounds import CommandError, Ground
from tools.chaos.nursery import Child
from tools.waiting import until

AT_EVERY_STEP = ("drop", "lose", "say", "malformed", "endless")  # without PIPELINING
LEASE = 5.0  # seconds, as the grounds of these runs are set
PAUSED = 1.0  # seconds in which a worker would claim many times
Scenario = Callable[[Ground], list[str]]

RELAY_FAULTS = (
    *(f"{step}:drop@0.2" for step in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA")),
    *("BODY:drop@0.2", "DOT:drop@0.2", "DOT:lose@0.2", "DOT:reset@0.2"),
    *(
        f"{step}:say:421 4.3.2 going away@0.1"
        for step in ("CONNECT", "MAIL", "RCPT", "DATA", "DOT")
    ),
    *("RCPT:say:450 4.2.0 greylisted@0.3", "DOT:say:452 4.3.1 full@0.3"),
    *("DOT:say:550 5.6.0 no@0.1", "RCPT:say:550 5.1.1 nobody@0.1"),
    *("RCPT:stall:0.2@0.1", "DOT:stall:0.2@0.1"),
    *(f"{step}:bytes" for step in ("EHLO", "MAIL", "RCPT", "DATA", "DOT")),
    *(f"{step}:twice@0.2" for step in ("MAIL", "RCPT", "DOT")),
    *("DATA:early@0.2", "MAIL:early@0.2"),
    *(f"{step}:malformed@0.2" for step in ("EHLO", "MAIL", "DATA", "DOT")),
    *(f"{step}:endless@0.2" for step in ("MAIL", "DOT")),
)


def held_against(ground: Ground, number: int) -> list[str]:
    """Bring a campaign to its end and return every breach."""
    late = kills.bring_to_its_end(ground, number, "resend")
    return late + invariants.breaches(evidence.collect(ground, number))


def uncertain(ground: Ground, number: int) -> int:
    """Count the uncertain episodes of a campaign so far."""
    return invariants.sums(evidence.collect(ground, number, idle=False)).uncertain


def taken(ground: Ground, enough: int) -> None:
    """Wait until the sink took some messages."""
    until(lambda: len(ground.sink.copies()) >= enough, "the sink takes too little")


def nothing_is_open(ground: Ground, number: int) -> None:
    """Wait until every row of a campaign has a final state."""
    until(lambda: evidence.open_rows(ground, number) == 0, "some rows stay open")


def sigterm_leaves_nothing_uncertain(ground: Ground) -> list[str]:
    """SIGTERM: no new mark, those in flight finished, the rest given back, exit 0."""
    number = ground.released()
    child = ground.start("work")
    taken(ground, 30)
    child.kill(signal.SIGTERM)
    code = child.wait(30)
    found = evidence.collect(ground, number)
    wrong = [] if code == 0 else [f"SIGTERM ended with {code}: {child.text()[-300:]}"]
    if sum_ := invariants.sums(found).uncertain:
        wrong.append(f"SIGTERM left {sum_} uncertain")
    if all(row.state == "accepted" for row in found.rows):
        wrong.append("the campaign was over before SIGTERM came")
    held = [row for row in found.rows if row.state == "marked"]
    wrong += [f"{row.address} was not given back" for row in held]
    return wrong + held_against(ground, number)


def a_worker_stopped_past_its_lease_sends_nothing_twice(ground: Ground) -> list[str]:
    """SIGSTOP, the lease passes, another worker goes on; SIGCONT brings no copies."""
    number = ground.released()
    frozen = ground.start("work")
    taken(ground, 30)
    until(lambda: _stopped(ground, frozen), "it never is between two transactions")
    other = ground.start("work")
    time.sleep(LEASE)  # over by the clock, whatever else happens
    until(
        lambda: evidence.open_rows(ground, number, "waiting") == 0,
        "the other worker does not send the rest",
    )
    frozen.kill(signal.SIGCONT)
    nothing_is_open(ground, number)
    for child in (frozen, other):
        child.kill(signal.SIGTERM)
        if (code := child.wait(30)) != 0:
            return [f"a worker ended with {code}: {child.text()[-300:]}"]
    broken = held_against(ground, number)
    sums = invariants.sums(evidence.collect(ground, number))
    return broken + ([f"{sums.duplicates} copies too many"] if sums.duplicates else [])


def _stopped(ground: Ground, child: Child) -> bool:
    """Stop a worker, but not while it keeps every other one from writing."""
    child.kill(signal.SIGSTOP)
    if evidence.at_rest(ground):
        return True
    child.kill(signal.SIGCONT)
    return False


def _relay_fault(fault: str, *, pipelining: bool = True) -> Scenario:
    def scenario(ground: Ground) -> list[str]:
        ground.sink.pipelining = pipelining
        ground.sink.again(fault)
        number = ground.released()
        return held_against(ground, number)

    scenario.__doc__ = f"The relay, told {fault}: no reader lost, no copy unflagged."
    return scenario


def a_relay_that_was_away_comes_back(ground: Ground) -> list[str]:
    """A relay that refuses connections: nothing fails, everything goes afterwards."""
    number = ground.released()
    ground.sink.stop()
    child = ground.start("work")
    until(lambda: "relay.away" in child.text(), "the worker misses no relay")
    report = ground.report(number)
    ground.sink.start()
    taken(ground, 30)
    child.kill(signal.SIGTERM)
    child.wait(30)
    wrong = [f"{key}: {report[key]}" for key in ("refused", "uncertain") if report[key]]
    return wrong + held_against(ground, number)


def a_pause_is_exact_and_a_resume_loses_none(ground: Ground) -> list[str]:
    """Once the command has returned nothing is marked; an opt-out is as exact."""
    number = ground.released()
    child = ground.start("work")
    taken(ground, 20)
    gone = "reader299@storm.example"
    ground.command("suppressions", "add", gone, "--detail", "asked by telephone")
    ground.act("suppressed", gone)
    ground.command("campaigns", "pause", str(number), "--by", "editor")
    ground.act("paused", str(number))
    time.sleep(PAUSED)
    ground.act("resuming", str(number))
    ground.command("campaigns", "resume", str(number), "--by", "editor")
    nothing_is_open(ground, number)
    child.kill(signal.SIGTERM)
    child.wait(30)
    broken = held_against(ground, number)
    ground.command("suppressions", "lift", gone, "--detail", "asked again")
    return broken


def a_killed_ticker_releases_once(ground: Ground) -> list[str]:
    """Kill -9 of `tick` at twenty instants of a release, then one that ends."""
    number = ground.approved()
    due = time.time() + 2
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(due))
    ground.command("campaigns", "schedule", str(number), "--at", at, "--by", "editor")
    until(lambda: time.time() > due, "the clock stands still")
    for pause in range(20):
        child = ground.start("tick", "--once")
        time.sleep(0.03 * pause)
        child.destroy()
    ground.command("tick", "--once")
    ground.command("tick", "--once")
    return held_against(ground, number)


def a_killed_import_applies_all_or_nothing(ground: Ground) -> list[str]:
    """Kill -9 of an import at fifteen instants; the next one ends it, counts exact."""
    people = ground.folder / "people.csv"
    more = ground.folder / "more.csv"
    text = people.read_text(encoding="utf-8").replace("reader", "further")
    text = text.replace(",monthly-letter\n", ",\n")
    more.write_text(text, encoding="utf-8")
    wrong = []
    basis = ("--basis", "form 8", "--by", "editor")
    arguments = ("contacts", "import", str(more), "--apply", *basis)
    for pause in range(15):
        child = ground.start(*arguments)
        time.sleep(0.05 * pause)
        child.destroy()
        with evidence.store(ground) as ask:
            query = "select count(*) from contact where address like 'further%'"
            count = ask(query)[0][0]
        if count not in {0, ground.readers}:
            wrong.append(f"{count} of {ground.readers} rows after a kill")
    ground.command(*arguments)
    with evidence.store(ground) as ask:
        count = ask("select count(*) from contact where address like 'further%'")[0][0]
    return wrong + ([] if count == ground.readers else [f"{count} rows at the end"])


def run(ground: Ground, name: str, scenario: Scenario | None = None) -> list[str]:
    """Play one scenario with a sink of its own; a command that fails is a breach."""
    place = ground.folder.parent / f"scenario-{ground.starts}"
    place.mkdir()
    ground.sink.stop()
    ground.sink.folder = place
    ground.sink.start()
    ground.acts.clear()
    try:
        return (scenario or SCENARIOS[name])(ground)
    except (AssertionError, CommandError, OSError, RuntimeError, ValueError) as fault:
        return [repr(fault)]
    finally:
        ground.nursery.clear()
        ground.sink.pipelining = True


SCENARIOS: dict[str, Scenario] = {
    "SIGTERM leaves nothing uncertain": sigterm_leaves_nothing_uncertain,
    "a worker stopped past its lease": (
        a_worker_stopped_past_its_lease_sends_nothing_twice
    ),
    "a relay that was away": a_relay_that_was_away_comes_back,
    "a pause and an opt-out are exact": a_pause_is_exact_and_a_resume_loses_none,
    **{f"relay {fault}": _relay_fault(fault) for fault in RELAY_FAULTS},
    **{
        f"plain relay {fault}": _relay_fault(fault, pipelining=False)
        for fault in RELAY_FAULTS
        if fault.split(":")[1] in AT_EVERY_STEP
    },
    "a killed ticker releases once": a_killed_ticker_releases_once,
    "a killed import is all or nothing": a_killed_import_applies_all_or_nothing,
}
