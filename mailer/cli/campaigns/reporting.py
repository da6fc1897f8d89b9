"""Prints the counts of a campaign on the terminal."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from mailer.cli import output
from mailer.outbox.message_states import MessageState
from mailer.reports import report_page
from mailer.reports.coverage import Covered
from mailer.reports.results import reading, tally, timeline
from mailer.reports.results.reading import Results
from mailer.reports.totals import CampaignReport, ReasonCount

UTC = ZoneInfo("UTC")

_MEANINGS = {
    MessageState.ACCEPTED: "taken by the relay",
    MessageState.WAITING: "not sent yet",
    MessageState.DEFERRED: "will be tried again",
    MessageState.REFUSED: "refused by the relay",
    MessageState.BOUNCED: "taken, then returned",
    MessageState.COMPLAINED: "reported as spam",
    MessageState.UNCERTAIN: "the relay may have taken it",
    MessageState.HELD: "uncertain; a person decides",
    MessageState.SET_ASIDE: "cannot be composed or carried",
    MessageState.EXPIRED: "too late to send",
    MessageState.CANCELLED: "cancelled",
}


def in_one_line(report: CampaignReport, *, zone: ZoneInfo) -> str:
    """Return the state and the counts of a report, and why the first ones wait."""
    counts = [f"{count:,} {state}" for state, count, _ in _rows(report)]
    line = f"{report.state}: {', '.join(counts) or 'no message yet'}"
    waits = [each for each in report.reasons if each.reason and each.next_try]
    if waits and waits[0].next_try:
        due = output.local(waits[0].next_try, zone)
        line += f"; {report_page.in_words(waits[0])}; next try {due}"
    return line


def show_report(name: str, report: CampaignReport, *, zone: ZoneInfo = UTC) -> None:
    """Print a report: states, languages, kinds of reader, fallbacks, and speed."""
    output.line(f"{name}: {report.state}, an audience of {report.audience}")
    if report.stopped_because:
        output.line(f"stopped: {report.stopped_because}")
    output.table("Who got what", ("state", "readers", "meaning"), _rows(report))
    if reasons := [each for each in report.reasons if each.reason]:
        columns = ("state", "readers", "reason", "since", "next try")
        rows = [_reason(each, zone) for each in reasons]
        output.table("Why not", columns, rows)
    if report.accepted:
        output.bars("Accepted, by language", "language", report.by_language)
        output.bars("Accepted, by kind", "kind", report.by_kind)
    output.line("")
    if report.fallbacks:
        pairs = [f"{pair}: {count}" for pair, count in report.fallbacks.items()]
        output.line("in a fallback language, with a notice: " + ", ".join(pairs))
    if report.joined_since_approval or report.left_since_approval:
        output.line(
            f"since approval: {report.joined_since_approval} joined,"
            f" {report.left_since_approval} left"
        )
    for wave in report.waves:
        at = output.local(wave.at, zone)
        output.line(f"wave {wave.number}: {report_page.wave_in_words(wave, at=at)}")
    if report.per_second:
        output.line(f"{report.per_second:.0f} messages per second")


def show_results(results: Results, *, groups: Sequence[str], over_time: bool) -> None:
    """Print what became of the letters: in words, by groups, against the last one."""
    for group in groups:
        rows = tally.as_rows(results.groups[group])
        names = [name.replace("_", " ") for name in tally.NAMES]
        output.table(f"By {group}", (group, *names), rows)
    if over_time:
        periods = [
            (f"{each.begins:%Y-%m-%d %H:%M}", *each.counts.values())
            for each in results.over_time
        ]
        names = [name.replace("_", " ") for name in timeline.NAMES]
        output.table("Over time", ("from", *names), periods)
    if results.before is not None:
        columns = ("share of the audience", "this letter", "the one before")
        title = f"Compared with {results.before.name}"
        output.table(title, columns, reading.compared(results))
    for sentence in [*results.deliverability, *tally.in_words(results.total)]:
        output.line(sentence)


def _reason(why: ReasonCount, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        why.state.replace("_", " "),
        why.count,
        report_page.in_words(why),
        output.local(why.since, zone) if why.since else None,
        output.local(why.next_try, zone) if why.next_try else None,
    )


def _rows(report: CampaignReport) -> list[tuple[str, int, str]]:
    """Return a row for each state that occurs, and for each reason to skip."""
    states = [
        (state.replace("_", " "), report.states[state], meaning)
        for state, meaning in _MEANINGS.items()
        if report.states[state]
    ]
    skipped = [
        ("skipped", count, reason.replace("_", " "))
        for reason, count in report.skipped.items()
    ]
    return states + skipped


def show_coverage(blocks: Sequence[Covered]) -> None:
    """Print for each block the readers it concerns and reaches, and why not all."""
    rows = [
        (
            each.block,
            each.concerned,
            each.reached,
            [f"{why.replace('_', ' ')} {count}" for why, count in each.missed.items()],
        )
        for each in blocks
    ]
    output.table("Coverage", ("block", "concerned", "reached", "not reached"), rows)
