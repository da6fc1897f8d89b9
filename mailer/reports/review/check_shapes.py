"""The JSON documents of the gate."""

from dataclasses import asdict

from mailer.campaigns.review.gate import CampaignCheck
from mailer.rendering.checks.problem import Problem
from mailer.reports.shapes import Document


def check(checked: CampaignCheck) -> Document:
    """Return what the gate found; two languages are written `wanted → got`."""
    scores = checked.spam
    return {
        "ok": checked.ok,
        "problems": [problem(each) for each in checked.problems],
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


def problem(each: Problem) -> Document:
    """Return one problem of a campaign."""
    return {
        "level": each.level,
        "language": each.language,
        "where": each.where,
        "what": each.what,
    }
