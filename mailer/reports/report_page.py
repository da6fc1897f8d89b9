"""Writes the report of a campaign as one HTML page, which opens without a server.

Each picture is an SVG of our own with a table of the same numbers beside it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from mailer.campaigns.models import Campaign
from mailer.errors import counted
from mailer.feedback.sender_reports.keeping import SenderSummary
from mailer.outbox.waves.counts import WaveCount
from mailer.reports.results import result_sections
from mailer.reports.results.reading import Results
from mailer.reports.totals import CampaignReport, ReasonCount

WIDTH, ROW, BAR_FROM = 480, 28, 170  # of a picture, in CSS pixels
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff;
  margin: 2rem; max-width: 70rem; }
figure { margin: 0 0 2rem; display: flex; flex-wrap: wrap; gap: 2rem; }
figcaption { font-weight: 600; flex-basis: 100%; }
svg { max-width: 100%; height: auto; flex: none; }
table { border-collapse: collapse; align-self: start; }
th, td { text-align: start; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid; }
td.number { text-align: end; }
@media print { body { margin: 0; } figure { break-inside: avoid; } }
"""


def page(
    campaign: Campaign,
    report: CampaignReport,
    results: Results,
    *,
    in_our_name: Sequence[SenderSummary] = (),
    zone: ZoneInfo,
    now: datetime,
) -> str:
    """Return the page; times are in `zone`."""
    return str(
        Markup(
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />\n'
            '<meta name="viewport" content="width=device-width" />\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
            " style-src 'unsafe-inline'\" />\n"
            "<title>{name}: report</title>\n<style>{style}</style>\n</head>\n<body>\n"
            "<main>\n<h1>{name}</h1>\n<p>{reference}; {state}; an audience of"
            " {audience}; as of {now}.</p>\n{facts}{results}{figures}"
            "{reasons}{in_our_name}</main>\n</body>\n</html>\n"
        ).format(
            name=campaign.name,
            style=Markup(_STYLE),  # noqa: S704 (our own)
            reference=campaign.reference or f"campaign {campaign.id}",
            state=report.state,
            audience=f"{report.audience:,}",
            now=_shown(now, zone),
            facts=_facts(campaign, report, zone),
            results=result_sections.sections(results),
            in_our_name=result_sections.in_our_name(in_our_name),
            figures=_figures(report),
            reasons=_reasons(report, zone),
        )
    )


def _figures(report: CampaignReport) -> Markup:
    states = {str(state): count for state, count in report.states.items() if count}
    skipped = {f"skipped: {why}": count for why, count in report.skipped.items()}
    figures = [
        _figure("Who got what", "state", {**states, **skipped}),
        _figure("Accepted, by language", "language", report.by_language),
        _figure("Accepted, by kind of reader", "kind", report.by_kind),
    ]
    return Markup("").join(figures)


def _facts(campaign: Campaign, report: CampaignReport, zone: ZoneInfo) -> Markup:
    facts = {
        "Author": campaign.author,
        "Released": _shown(campaign.released_at, zone),
        "First message": _shown(report.started_at, zone),
        "Last answer": _shown(report.settled_at, zone),
        "Joined since approval": str(report.joined_since_approval),
        "Left since approval": str(report.left_since_approval),
        "Stopped because": report.stopped_because or "",
    }
    rows = [
        Markup("<tr><th scope='row'>{}</th><td>{}</td></tr>\n").format(key, value)
        for key, value in facts.items()
        if value
    ]
    rows += [
        Markup("<tr><th scope='row'>Wave {}</th><td>{}</td></tr>\n").format(
            wave.number, wave_in_words(wave, at=_shown(wave.at, zone))
        )
        for wave in report.waves
    ]
    return Markup("<table>\n{}</table>\n").format(Markup("").join(rows))


def _figure(title: str, heading: str, counts: Mapping[str, int]) -> Markup:
    """Return a picture of counts with their table; nothing if there are none."""
    if not counts:
        return Markup("")
    named = {key.replace("_", " "): count for key, count in counts.items()}
    rows = [
        Markup("<tr><td>{}</td><td class='number'>{}</td></tr>\n").format(
            key, f"{count:,}"
        )
        for key, count in named.items()
    ]
    return Markup(
        "<figure>\n<figcaption>{title}</figcaption>\n{picture}<table>\n<thead><tr>"
        "<th scope='col'>{heading}</th><th scope='col'>readers</th></tr></thead>\n"
        "<tbody>\n{rows}</tbody>\n</table>\n</figure>\n"
    ).format(
        title=title,
        picture=_bars(title, named),
        heading=heading,
        rows=Markup("").join(rows),
    )


def _bars(title: str, counts: Mapping[str, int]) -> Markup:
    """Return bars as SVG; the largest count has the longest bar."""
    largest = max(counts.values())
    room = WIDTH - BAR_FROM - 60
    bars = [
        Markup(
            '<text x="0" y="{text}">{name}</text>\n'
            '<rect x="{left}" y="{top}" width="{width}" height="{height}"'
            ' fill="#1f5fa8" />\n<text x="{end}" y="{text}">{count}</text>\n'
        ).format(
            text=number * ROW + 18,
            name=key if len(key) <= 24 else f"{key[:23]}…",  # noqa: PLR2004 (fits)
            left=BAR_FROM,
            top=number * ROW + 4,
            width=max(1, round(room * count / largest)),
            height=ROW - 8,
            end=BAR_FROM + max(1, round(room * count / largest)) + 6,
            count=f"{count:,}",
        )
        for number, (key, count) in enumerate(counts.items())
    ]
    return Markup(
        '<svg role="img" aria-label="{title}, as bars" width="{width}"'
        ' height="{height}" viewBox="0 0 {width} {height}" font-size="13"'
        ' fill="#1a1a1a">\n{bars}</svg>\n'
    ).format(
        title=title,
        width=WIDTH,
        height=ROW * len(counts),
        bars=Markup("").join(bars),
    )


def _reasons(report: CampaignReport, zone: ZoneInfo) -> Markup:
    if not report.reasons:
        return Markup("")
    rows = [_reason(each, zone) for each in report.reasons]
    return Markup(
        "<h2>Why not, since when, next try</h2>\n<table>\n<thead><tr>"
        "<th scope='col'>state</th><th scope='col'>reason</th>"
        "<th scope='col'>readers</th><th scope='col'>since</th>"
        "<th scope='col'>next try</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n"
    ).format(Markup("").join(rows))


def _reason(why: ReasonCount, zone: ZoneInfo) -> Markup:
    return Markup(
        "<tr><td>{}</td><td>{}</td><td class='number'>{}</td><td>{}</td>"
        "<td>{}</td></tr>\n"
    ).format(
        why.state.replace("_", " "),
        in_words(why),
        f"{why.count:,}",
        _shown(why.since, zone),
        _shown(why.next_try, zone),
    )


def in_words(why: ReasonCount) -> str:
    """Return a reason, with the relay's reply if there is one."""
    reason = why.reason or "not tried yet"
    return f"{reason} ({why.reply})" if why.reply else reason


def wave_in_words(wave: WaveCount, *, at: str) -> str:
    """Return what a resend was, and what became of it; `at` is when it began."""
    joined = ", with those who joined" if wave.joiners else ""
    if wave.successors:
        joined = ", who follow contacts whose mailboxes are gone"
    return (
        f"by {wave.by} on {at}, for {counted(wave.readers, 'reader')}{joined};"
        f" {wave.accepted:,} accepted"
    )


def _shown(moment: datetime | None, zone: ZoneInfo) -> str:
    if moment is None:
        return ""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
