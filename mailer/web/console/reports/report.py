"""/console/campaigns/{id}/report: counts, those who were not reached, the export."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from audiences.export.guarding import guarded
from audiences.institution import REGIONS
from mailer.campaigns import acts, lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.outbox import ledger
from mailer.outbox.waves import erratum
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.reports.figures.kept import Kept
from mailer.reports.figures.summary import Summary
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.letters import live
from mailer.web.console.rules import naming

SHOWN = 50  # readers on a page
KINDS = {
    "ngo": "non-governmental organisations",
    "delegation": "permanent delegations",
    "natcom": "National Commissions",
    "field_office": "field offices",
    "sector": "desks of the Secretariat",
    "liaison_committee": "liaison committee",
    "observer": "observers",
}
LEFT_OUT = {
    "no_address": "no address is known",
    "suppressed": "the address must not be written to",
    "stopped": "asked for no more letters",
    "unsubscribed": "left this topic",
    "paused": "asked for a break",
    "unconfirmed": "has not confirmed the subscription",
    "not_subscribed": "never asked for this topic",
    "no_translation": "reads no language of the letter",
    "changed": "changed while the letter left",
    "only_to": "this site writes to few addresses only",
    "frequency": "had as many letters this month as a reader may have",
    "done": "had done what the letter reminds of",
}
STRINGS = (*KINDS.values(), *LEFT_OUT.values())
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/report", right=Right.READ)
async def report(
    request: Asking, number: FromPath[int], figures: NamedDependency[CampaignFigures]
) -> Response[Any]:
    """Show who got what by state, language, region and kind, and who was not reached.

    Readers are named to those who may see names, fifty on a page.
    """
    asked = request.user
    given = request.query_params.get("after")
    after = forms.number(given, largest=forms.LARGEST_MESSAGE)
    names, missed = asked.could(Right.NAMES), []
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        teller = await naming.for_page(asked, session, campaign.audience)
        if names and after:
            missed = await ledger.unreached(
                session, number, after=after, size=SHOWN + 1
            )
    counted = await figures.summary(campaign, zone=asked.zone)
    if counted and names and not after:
        missed = counted.value.unreached
    return showing.show(
        asked,
        "report.html",
        **_shown(asked, campaign, counted),
        teller=teller,
        missed=missed[:SHOWN],
        more=missed[SHOWN - 1].number if len(missed) > SHOWN else None,
        why=_named_reasons(asked.words),
        may_export=asked.could(Right.EXPORT),
        may_resend=asked.could(Right.SEND) and campaign.state == CampaignState.FINISHED,
        may_correct=asked.could(Right.WRITE) and erratum.is_over(campaign),
    )


def _shown(
    asked: Visit, campaign: Campaign, counted: Kept[Summary] | None
) -> dict[str, Any]:
    """Return the counts of a report; without any while they are counted at first."""
    if counted is None:
        return {**live.shown(asked, campaign, None), "summary": None}
    words, found = asked.words, counted.value
    site_words = asked.site.catalogue(asked.language)
    counts = Kept(value=found.counts, at=counted.at, renewing=counted.renewing)
    return {
        **live.shown(asked, campaign, counts),
        "summary": found,
        "kinds": _named(KINDS, words.text, found.by_kind),
        "regions": _named(REGIONS, site_words.text, found.by_region),
        "answers": _named(KINDS, words.text, found.answers),
        "left_out": _named(LEFT_OUT, words.text, found.counts.skipped),
    }


@post("/campaigns/{number:int}/report.csv", right=Right.EXPORT, status_code=200)
async def export(request: Asking, number: FromPath[int]) -> Stream:
    """Return a CSV file with each message and its reader; the record keeps who did."""
    asked = request.user
    asked.require_fresh()
    async with asked.site.database.writing() as session:
        campaign = await lookup.get(session, number)
        by = asked.user.name
        acts.witness(session, campaign.id, Act.EXPORTED, by=by, now=asked.now)
    headers = {
        "Content-Disposition": f'attachment; filename="letter-{number}.csv"',
        "Cache-Control": "no-store",
    }
    return Stream(
        _lines(asked, number), media_type="text/csv; charset=utf-8", headers=headers
    )


async def _lines(asked: Visit, number: int) -> AsyncIterator[str]:
    yield "\ufeff" + _line(ledger.NAMED)  # spreadsheets take it for UTF-8 then
    async with asked.site.database.reading() as session:
        async for rows in ledger.named(session, number):
            yield "".join(map(_line, rows))


def _line(cells: tuple[str, ...]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([guarded(each) for each in cells])
    return written.getvalue()


def _named(names: Mapping[str, str], text: Any, counts: Any) -> dict[str, Any]:
    """Return counts by the names of their codes."""
    return {
        text(names[code]) if code in names else code: count
        for code, count in counts.items()
    }


def _named_reasons(words: Any) -> dict[str, str]:
    return {code: words.text(text) for code, text in LEFT_OUT.items()}


HANDLERS = (report, export)
