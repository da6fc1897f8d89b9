"""`mailer campaigns show`: one campaign, what was done to it, and what comes next."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import rich_click as click

from mailer import clock
from mailer.campaigns.models import CampaignEvent
from mailer.cli import output
from mailer.cli.campaigns import next_steps
from mailer.cli.command import NUMBER, as_json, with_site
from mailer.cli.remedies import with_remedy
from mailer.errors import counted
from mailer.local_times import in_zone
from mailer.outbox.message_states import MessageState
from mailer.reports.review import overview, overview_shapes
from mailer.reports.review.overview import LanguageStanding, Overview
from mailer.sites.site import Site


@click.command(epilog="Example: mailer campaigns show 1")
@click.argument("campaign_id", type=NUMBER)
@as_json
@with_site
async def show(site: Site, campaign_id: int, as_json: bool) -> None:
    """Show where a campaign stands, what was done to it, and what comes next.

    Times are in site.zone. The campaign is checked as `campaigns check` does, without
    SpamAssassin.
    """
    now = clock.now()
    seen = await overview.overview(site, campaign_id, now=now)
    command = next_steps.command(seen, now=now)
    if as_json:
        output.json_document(
            overview_shapes.overview(seen, command=command, zone=site.zone)
        )
        return
    _show(seen, site.zone)
    output.line("")
    output.line(f"next: {seen.next}")
    if command:
        output.line(f"  {command}")


def _show(seen: Overview, zone: ZoneInfo) -> None:
    """Print what is known of a campaign, as tables."""
    output.table(
        f"{seen.campaign.id}  {seen.campaign.name}", ("", ""), _facts(seen, zone)
    )
    if seen.languages:
        output.table(
            "Languages",
            ("language", "readers", "translated"),
            [
                (language, each.readers, _translated(each))
                for language, each in seen.languages.items()
            ],
        )
    if seen.warnings:
        output.table(
            "Warnings",
            ("level", "language", "where", "what"),
            [
                (
                    each.level,
                    each.language,
                    each.where,
                    in_zone(with_remedy(each.what, each.code, {}), zone),
                )
                for each in seen.warnings
            ],
        )
    output.table(
        "History",
        ("when", "who", "what"),
        [
            (output.local(each.at, zone), each.by, act_in_words(each, zone))
            for each in seen.history
        ],
    )


def _facts(seen: Overview, zone: ZoneInfo) -> list[tuple[str, str]]:
    campaign = seen.campaign
    facts = [
        ("state", campaign.state),
        ("reference", campaign.reference),
        ("time", output.local(campaign.at, zone) if campaign.at else "none"),
        ("author", campaign.author),
        ("approved by", ", ".join(seen.approvers) or "no user yet"),
        ("template", campaign.template),
        ("topic", campaign.topic or "none: service mail"),
        ("audience", campaign.audience),
        ("readers", "unknown" if seen.readers is None else f"{seen.readers:,}"),
    ]
    if campaign.released_at:
        facts.append(("released", output.local(campaign.released_at, zone)))
    if seen.report:
        facts.append(("messages", _counts(seen)))
    return facts


def _counts(seen: Overview) -> str:
    if seen.report is None:
        return ""
    states = [
        f"{count:,} {state.replace('_', ' ')}"
        for state, count in seen.report.states.items()
        if count
    ]
    skipped = sum(seen.report.skipped.values())
    return ", ".join(
        [*states, *([f"{skipped:,} {MessageState.SKIPPED}"] if skipped else [])]
    )


def _translated(standing: LanguageStanding) -> str:
    done = standing.translated
    if done is None:
        return ""
    if done.done == done.total:
        return "all"
    return f"{done.done} of {done.total}; {done.stale} stale, {done.missing} missing"


_SAID: dict[str, Any] = {
    "because": "because: {}".format,
    "account": "at the account {}".format,
    "readers": lambda count: counted(int(count), "reader"),
}


def act_in_words(event: CampaignEvent, zone: ZoneInfo) -> str:
    """Return an act with what is known about it; digests are left out."""
    said = [_SAID[key](value) for key, value in event.detail.items() if key in _SAID]
    for key in ("at", "fell"):
        if moment := event.detail.get(key):
            when = output.local(datetime.fromisoformat(moment), zone)
            said.append(when if key == "at" else f"its time fell: {when}")
    return event.act + (f" ({'; '.join(said)})" if said else "")
