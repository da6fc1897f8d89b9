"""What an operator can do about an error, by the code of the error."""

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "approval.by_none": "`mailer users edit NAME --role approver` lets one",
    "approval.not_asked": "`mailer campaigns ask {campaign}` does so",
    "approval.other_period": "`mailer campaigns unschedule {campaign}` takes it away",
    "approval.other_time": "approve again after `mailer campaigns unschedule`",
    "block.changed": "open the letter again to see both texts",
    "block.unknown": "open the letter again; a colleague may have removed it",
    "campaign.audience_changed": (
        "`mailer campaigns release {campaign} --expect {readers}` does the latter"
    ),
    "campaign.changed": (
        "`mailer campaigns copy {campaign} DIR` writes the present text beside yours,"
        " `mailer campaigns show {campaign}` says who changed it"
    ),
    "campaign.errors": "`mailer campaigns check {campaign}` lists them",
    "campaign.finished": (
        "`mailer campaigns resend` sends it to those it has not reached"
    ),
    "campaign.not_a_draft": "“Take back and edit” in the console does so",
    "campaign.not_signed_off": (
        "`mailer campaigns sign-off {campaign} --language {language}` does so"
    ),
    "campaign.paused": "`mailer campaigns resume` continues sending",
    "campaign.readers": "`mailer campaigns check {campaign}` counts them",
    "campaign.state": "`mailer campaigns show ID` says what comes next",
    "campaign.unknown": "`mailer campaigns list` lists them",
    "changed.since": "`show --json` names the present version",
    "contact.known": "`mailer contacts show {address}` shows it",
    "contact.unknown": "`mailer contacts list --search PART` finds addresses and names",
    "date.past": "correct it, or approve with --old-date",
    "deputy.unknown": "`mailer users show {user}` lists who is",
    "dkim.missing": "`mailer keys dkim` makes a key",
    "dkim.none": "`mailer keys dkim` makes a key",
    "feedback.unknown": "`mailer feedback quarantine list` lists them",
    "import.unknown": "`mailer contacts imports` lists them",
    "key.other": "put the key back that was in use when the store was made",
    "mail.not_filed": "`mailer suppressions add` stops the letters to its sender",
    "organisation.unknown": "`mailer organisations list --search PART` finds codes",
    "organisation.contacts": "`mailer organisations show {organisation}` lists them",
    "proposal.unknown": "`mailer proposals list` lists them",
    "record.faulty": "`mailer audit verify` lists them",
    "record.unknown": "`mailer audit list` lists them",
    "roles.full": "give one another name by `mailer roles edit`, or use a tag",
    "secret.missing": "put its file back from the copy that is kept elsewhere",
    "segment.unknown": "`mailer segments list` lists them",
    "series.lead": (
        "`mailer series edit {series} --draft DAYS --translation DAYS --approval DAYS`"
        " gives it"
    ),
    "series.no_date": "`mailer series show {series}` shows its dates",
    "series.scheduled": "`mailer campaigns unschedule {campaign}` does so",
    "series.unknown": "`mailer series list` lists them",
    "site.restored": "`mailer resume-after-restore` shows what was due",
    "site.stopped": "`mailer go` ends that",
    "site.missing": "name another with --config, or make a site with `mailer init`",
    "source.unknown": "`mailer contacts sources list` lists them",
    "store.away": "`mailer doctor` shows more",
    "store.locked": "wait until it is done, or end it",
    "store.moved": "name that one in store.url of config.toml",
    "store.schema": "`mailer doctor` shows what to do",
    "task.no_reader": "`mailer tasks show` says how else to ask",
    "task.unknown": "`mailer tasks list --all` lists them",
    "template.unknown": "`mailer templates status` lists those that differ",
    "time.passed": "`mailer campaigns release {campaign}` sends now",
    "topic.unknown": "`mailer topics list` lists them",
    "translation.incomplete": "`mailer campaigns export-po` marks them",
    "user.changed": "`mailer users show {user}` shows it",
    "user.disabled": "an admin ends that with `mailer users enable {user}`",
    "user.known": "`mailer users edit {user}` changes this user",
    "user.last": "`mailer users edit NAME --role {role}` gives the role",
    "user.no_address": "`mailer users edit {user} --address ADDRESS` gives one",
    "user.no_right": "an admin gives roles with `mailer users edit`",
    "user.unknown": "`mailer users add {user} --by ADMIN` adds this user",
    "user.none": "`mailer users add {user} --role admin` adds the first",
    "user.unnamed": "`mailer users add {user} --by ADMIN` adds the account",
    "word.unknown": "`mailer {kind}s list` lists them",
}


def with_remedy(sentence: str, code: str, facts: Mapping[str, object]) -> str:
    """Return a sentence, with the remedy of its code if there is one.

    `facts` fill the placeholders of the remedy.
    """
    if code not in REMEDIES:
        return sentence
    return f"{sentence}; {REMEDIES[code].format(**facts)}"
