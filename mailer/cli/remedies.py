"""What a person at a terminal can do about a refusal, by its code."""

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "campaign.errors": "`mailer campaigns check {campaign}` lists them",
    "campaign.paused": "`mailer campaigns resume` continues sending",
    "campaign.unknown": "`mailer campaigns list` has them",
    "dkim.missing": "`mailer keys dkim` makes a key",
    "dkim.none": "`mailer keys dkim` makes a key",
    "proposal.unknown": "`mailer proposals list` has them",
    "secret.missing": "`mailer init` makes good ones",
    "series.unknown": "`mailer series list` has them",
    "site.missing": "name a site's with --config, or make a site with `mailer init`",
    "store.away": "`mailer doctor` says more",
    "store.schema": "`mailer doctor` says what to do",
    "time.passed": "`mailer campaigns release {campaign}` sends now",
    "topic.unknown": "`mailer topics list` has them",
    "translation.incomplete": "`mailer campaigns export-po` marks them",
    "user.no_approver": "`mailer users add NAME --approver` adds one who may",
    "user.unknown": "`mailer users add {user}` adds one",
}


def with_remedy(sentence: str, code: str, facts: Mapping[str, object]) -> str:
    """Return a sentence and, where its code has one, the remedy."""
    if code not in REMEDIES:
        return sentence
    return f"{sentence}; {REMEDIES[code].format(**facts)}"
