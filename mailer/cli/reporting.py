"""How a campaign's report looks on the terminal."""

from mailer.cli import output
from mailer.reports.campaign import Report

_STATES = (
    ("accepted", "taken by the relay"),
    ("waiting", "on their way"),
    ("deferred", "to be tried again"),
    ("refused", "refused by the relay"),
    ("bounced", "came back"),
    ("complained", "called spam"),
    ("uncertain", "nobody knows yet"),
    ("held", "uncertain, for a person to decide"),
    ("set_aside", "could not be composed"),
    ("expired", "too late to send"),
    ("cancelled", "cancelled"),
)
_BAR = 30  # cells of the widest bar


def show_report(name: str, report: Report) -> None:
    """Print a report: who got what, why not, and to which readers."""
    output.line(f"{name}: {report.state}, {report.audience} readers")
    if report.stopped_because:
        output.line(f"stopped: {report.stopped_because}")
    rows = [
        (getattr(report, state), state, meaning)
        for state, meaning in _STATES
        if getattr(report, state)
    ]
    rows += [
        (count, "skipped", reason.replace("_", " "))
        for reason, count in report.skipped.items()
    ]
    output.table("Who got what", ("readers", "state", ""), rows)
    for title, numbers in (
        ("By language", report.by_language),
        ("By kind", report.by_kind),
    ):
        widest = max(numbers.values(), default=1)
        output.table(
            title,
            ("", "accepted", ""),
            [
                (key, count, "█" * max(1, round(_BAR * count / widest)))
                for key, count in numbers.items()
            ],
        )
    if report.fallbacks:
        pairs = [f"{pair}: {count}" for pair, count in report.fallbacks.items()]
        output.line("other language, with a notice: " + ", ".join(pairs))
    if report.joined_since_approval or report.left_since_approval:
        output.line(
            f"since approval: {report.joined_since_approval} joined,"
            f" {report.left_since_approval} left"
        )
    if report.per_second:
        output.line(f"{report.per_second:.0f} messages per second")
