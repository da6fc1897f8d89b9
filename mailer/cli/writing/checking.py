"""Shows the results of the gate on the terminal."""

from mailer.campaigns.review import spam
from mailer.campaigns.review.gate import CampaignCheck
from mailer.cli import output
from mailer.cli.remedies import with_remedy


def show(checked: CampaignCheck) -> None:
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
                for each in checked.problems
            ],
        )
    output.line("no error blocks approval" if checked.ok else "errors block approval")
