"""What an operator can do about an error, by the code of the error."""

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "approval.other_period": "`mailer campaigns unschedule {campaign}` takes it away",
    "approval.other_time": "approve again after `mailer campaigns unschedule`",
    "campaign.audience_changed": (
        "`mailer campaigns release {campaign} --expect {readers}` does the latter"
    ),
    "campaign.errors": "`mailer campaigns check {campaign}` lists them",
    "campaign.paused": "`mailer campaigns resume` continues sending",
    "campaign.readers": "`mailer campaigns check {campaign}` counts them",
    "campaign.unknown": "`mailer campaigns list` lists them",
    "changed.since": "`show --json` names the present version",
    "contact.known": "`mailer contacts show {address}` shows it",
    "date.past": "correct it, or approve with --old-date",
    "dkim.missing": "`mailer keys dkim` makes a key",
    "dkim.none": "`mailer keys dkim` makes a key",
    "key.other": "put the key back that was in use when the store was made",
    "organisation.contacts": "`mailer organisations show {organisation}` lists them",
    "proposal.unknown": "`mailer proposals list` lists them",
    "secret.missing": "`mailer init` makes one",
    "series.unknown": "`mailer series list` lists them",
    "site.restored": "`mailer resume-after-restore` shows what was due",
    "site.stopped": "`mailer go` ends that",
    "site.missing": "name another with --config, or make a site with `mailer init`",
    "store.away": "`mailer doctor` shows more",
    "store.schema": "`mailer doctor` shows what to do",
    "time.passed": "`mailer campaigns release {campaign}` sends now",
    "topic.unknown": "`mailer topics list` lists them",
    "translation.incomplete": "`mailer campaigns export-po` marks them",
    "user.changed": "`mailer users show {user}` shows it",
    "user.disabled": "an admin ends that with `mailer users enable {user}`",
    "user.known": "`mailer users edit {user}` changes this user",
    "user.last": "`mailer users edit NAME --role {role}` gives the role",
    "user.no_right": "an admin gives roles with `mailer users edit`",
    "user.unknown": "`mailer users add {user}` adds this user",
    "user.unnamed": "`mailer users add {user}` adds the account as a user",
}


def with_remedy(sentence: str, code: str, facts: Mapping[str, object]) -> str:
    """Return a sentence, with the remedy of its code if there is one.

    `facts` fill the placeholders of the remedy.
    """
    if code not in REMEDIES:
        return sentence
    return f"{sentence}; {REMEDIES[code].format(**facts)}"
