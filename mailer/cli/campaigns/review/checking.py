"""`mailer campaigns check`: shows the results of the gate."""

from collections.abc import Sequence

import rich_click as click

from mailer import clock
from mailer.campaigns.review import gate, spam
from mailer.campaigns.review.gate import CampaignCheck
from mailer.cli import output
from mailer.cli.command import NUMBER, as_json, with_site
from mailer.cli.remedies import with_remedy
from mailer.rendering.checks.problem import Problem, Severity
from mailer.reports.review import check_shapes
from mailer.sites.site import Site

_SHOWN = 200  # problems


@click.command(epilog="Example: mailer campaigns check 1")
@click.argument("campaign_id", type=NUMBER)
@as_json
@with_site
async def check(site: Site, campaign_id: int, as_json: bool) -> int:
    """Check a campaign and show all problems; errors block approval."""
    checked = await gate.check(site, campaign_id, now=clock.now())
    if as_json:
        output.json_document(check_shapes.check(checked))
    else:
        _show(checked)
    return 0 if checked.ok else 1


def _show(checked: CampaignCheck) -> None:
    """Print readers, scores and problems as tables, and whether approval is blocked."""
    if checked.readers:
        output.bars("By language", "language", checked.readers)
    if checked.spam:
        rows = [
            (name, f"{s.points:.1f}", s.worst()) for name, s in checked.spam.items()
        ]
        output.table("SpamAssassin", ("language", "points", "heaviest rules"), rows)
    elif checked.ok and not spam.installed():
        output.line("SpamAssassin is not installed here; letters have no score")
    if checked.problems:
        output.table(
            "Problems",
            ("level", "language", "where", "what"),
            [
                (
                    each.level,
                    each.language,
                    each.where,
                    with_remedy(each.what, each.code, {}),
                )
                for each in _worst_first(checked.problems)
            ],
        )
        if len(checked.problems) > _SHOWN:
            output.line(f"and {len(checked.problems) - _SHOWN} more; --json has all")
    output.line("no error blocks approval" if checked.ok else "errors block approval")


def _worst_first(problems: Sequence[Problem]) -> Sequence[Problem]:
    """Return the problems to show: all in their order, or the errors of very many."""
    if len(problems) <= _SHOWN:
        return problems
    return sorted(problems, key=lambda each: each.level is not Severity.ERROR)[:_SHOWN]
