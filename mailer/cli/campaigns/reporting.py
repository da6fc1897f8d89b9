"""Prints the counts of a campaign on the terminal."""

from collections.abc import Sequence

from mailer.cli import output
from mailer.outbox.message_states import MessageState
from mailer.reports.coverage import Covered
from mailer.reports.totals import CampaignReport

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


def show_report(name: str, report: CampaignReport) -> None:
    """Print a report: states, languages, kinds of reader, fallbacks, and speed."""
    output.line(f"{name}: {report.state}, an audience of {report.audience}")
    if report.stopped_because:
        output.line(f"stopped: {report.stopped_because}")
    output.table("Who got what", ("state", "readers", "meaning"), _rows(report))
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
    if report.per_second:
        output.line(f"{report.per_second:.0f} messages per second")


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
