"""Shows what the gate found."""

from dataclasses import asdict
from typing import Any

from mailer.campaigns.review import spam
from mailer.campaigns.review.gate import CampaignCheck
from mailer.cli import output
from mailer.cli.remedies import with_remedy
from mailer.rendering.checks.problem import Problem


def as_json(checked: CampaignCheck) -> dict[str, Any]:
    """Return a checked campaign as one JSON document."""
    scores = checked.spam
    return {
        "ok": checked.ok,
        "problems": [_problem(each) for each in checked.problems],
        "readers": checked.readers,
        "fallbacks": {
            f"{wanted} → {got}": count
            for (wanted, got), count in checked.fallbacks.items()
        },
        "blocks": {
            f"{block}, {wanted} → {got}": count
            for (block, wanted, got), count in checked.blocks.items()
        },
        "variants": checked.variants,
        "translations": {
            language: asdict(each) for language, each in checked.translations.items()
        },
        "spam": scores and {name: asdict(each) for name, each in scores.items()},
    }


def _problem(problem: Problem) -> dict[str, str]:
    return {
        "level": problem.level,
        "language": problem.language,
        "where": problem.where,
        "what": problem.what,
    }


def show(checked: CampaignCheck) -> None:
    """Show readers, scores and problems as tables, and the verdict."""
    if checked.readers:
        output.bars("By language", "language", checked.readers)
    if checked.spam:
        rows = [
            (name, f"{s.points:.1f}", s.worst()) for name, s in checked.spam.items()
        ]
        output.table("SpamAssassin", ("language", "points", "against it"), rows)
    elif checked.ok and not spam.installed():
        output.line("SpamAssassin is not installed here, so letters have no score")
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
    output.line("nothing blocks approval" if checked.ok else "errors block approval")
