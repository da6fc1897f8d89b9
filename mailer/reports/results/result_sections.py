"""The part of the HTML report that shows what became of a campaign's letters."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from mailer.feedback.sender_reports.keeping import SenderSummary
from mailer.reports.results import reading, tally, timeline
from mailer.reports.results.reading import Results


def sections(results: Results) -> Markup:
    """Return deliverability in words, the comparison, and a table for each group."""
    groups = [
        _table(
            f"By {name}",
            (name, *tally.NAMES),
            tally.as_rows(found),
        )
        for name, found in results.groups.items()
        if found
    ]
    return Markup("").join(
        (_deliverability(results), _compared(results), _over_time(results), *groups)
    )


def in_our_name(summaries: Sequence[SenderSummary]) -> Markup:
    """Return what other mail systems report on mail in our name."""
    if not summaries:
        return Markup("")
    said = [Markup("<p>{}.</p>\n").format(each.sentence()) for each in summaries]
    rows = [
        (each.kind, each.domain, source, number)
        for each in summaries
        for source, number in each.sources
    ]
    columns = ("report", "domain", "source that failed", "number")
    table = _table("Mail in our name", columns, rows) if rows else Markup("")
    heading = Markup("") if rows else Markup("<h2>Mail in our name</h2>\n")
    return heading + table + Markup("").join(said)


def _deliverability(results: Results) -> Markup:
    said = [*results.deliverability, *tally.in_words(results.total)]
    if not said:
        return Markup("")
    items = Markup("").join(Markup("<li>{}</li>\n").format(each) for each in said)
    return Markup("<h2>Deliverability and answers</h2>\n<ul>\n{}</ul>\n").format(items)


def _compared(results: Results) -> Markup:
    if results.before is None:
        return Markup("")
    title = f"Compared with {results.before.name}"
    columns = ("share of the audience", "this letter", "the one before")
    return _table(title, columns, reading.compared(results))


def _over_time(results: Results) -> Markup:
    rows = [
        (f"{each.begins:%Y-%m-%d %H:%M}", *each.counts.values())
        for each in results.over_time
    ]
    return _table("Over time", ("from", *timeline.NAMES), rows) if rows else Markup("")


def _table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> Markup:
    heads = [
        Markup("<th scope='col'>{}</th>").format(each.replace("_", " "))
        for each in headings
    ]
    body = [
        Markup("<tr>{}</tr>\n").format(Markup("").join(map(_cell, row))) for row in rows
    ]
    return Markup(
        "<h2>{}</h2>\n<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n"
        "</table>\n"
    ).format(title, Markup("").join(heads), Markup("").join(body))


def _cell(value: object) -> Markup:
    if isinstance(value, int):
        return Markup("<td class='number'>{}</td>").format(f"{value:,}")
    return Markup("<td>{}</td>").format(str(value).replace("_", " "))
