"""`mailer campaigns`: every verb, its module, and its sentence in the help."""

import rich_click as click

from mailer.cli.deferred import CommandPlace, DeferredGroup


def _at(module: str, attribute: str, sentence: str) -> CommandPlace:
    return CommandPlace(f"mailer.cli.campaigns.{module}", sentence, attribute)


VERBS = {
    "approve": _at(
        "timing",
        "approve",
        "Approve a campaign as it is now; any later edit voids the approval.",
    ),
    "ask": _at(
        "review.asking",
        "ask",
        "Ask for the approval of a draft; an edit makes it a draft again.",
    ),
    "audience": _at(
        "readership",
        "audience_",
        "List who gets a campaign and why, and who is left out and why.",
    ),
    "cancel": _at(
        "sending",
        "cancel",
        "Cancel a campaign; messages that are not marked are never sent.",
    ),
    "check": _at(
        "review.checking",
        "check",
        "Check a campaign and show all problems; errors block approval.",
    ),
    "copy": _at(
        "writing.starting",
        "copy",
        "Write the folder of a campaign, dated today; DIR must not exist.",
    ),
    "coverage": _at(
        "counting",
        "coverage_",
        "Count for each block the readers it concerns and reaches, and why not all.",
    ),
    "diff": _at(
        "review.comparing",
        "diff",
        "Show what changed in a campaign, block by block, in each language.",
    ),
    "erratum": _at(
        "writing.correcting",
        "erratum",
        "Draft a letter to exactly those who got this campaign's letter.",
    ),
    "explain": _at(
        "readership",
        "explain",
        "Show why an address gets a campaign or not, and what its letter has.",
    ),
    "export-po": _at(
        "writing.translating",
        "export_po",
        "Write a campaign for the translator of one language, as a PO file.",
    ),
    "import": _at(
        "writing.importing",
        "import_",
        "Import a campaign folder; --replace voids the approval of that campaign.",
    ),
    "import-po": _at(
        "writing.translating",
        "import_po",
        "Take in a translation; where words changed, an approval is void.",
    ),
    "list": _at("listing", "list_", "List the campaigns, newest first."),
    "new": _at(
        "writing.starting",
        "new",
        "Make a folder to write a letter of a TYPE in; DIR must not exist.",
    ),
    "pause": _at(
        "sending",
        "pause",
        "Pause a campaign; when this command returns, no more messages are marked.",
    ),
    "preview": _at(
        "review.previewing",
        "preview_",
        "Print the message that one reader would get, or show all letters on a page.",
    ),
    "release": _at(
        "sending",
        "release_",
        "Make the messages of an approved campaign now; `mailer work` delivers them.",
    ),
    "report": _at(
        "counting",
        "report",
        "Count the messages of a campaign by state, language and kind of reader.",
    ),
    "remind": _at(
        "writing.reminding",
        "remind",
        "Draft a reminder to those who got this letter and have not answered.",
    ),
    "resend": _at(
        "resending",
        "resend",
        "Send a finished campaign to those it has not reached; a dry run first.",
    ),
    "resume": _at(
        "sending",
        "resume",
        "Continue a paused campaign; send again what was refused by a fault of ours.",
    ),
    "return": _at(
        "review.asking",
        "return_",
        "Return a campaign to its author with a reason; approval and time fall.",
    ),
    "schedule": _at(
        "timing",
        "schedule_",
        "Give an approved campaign its time: an instant, or a slot of a series.",
    ),
    "show": _at(
        "showing",
        "show",
        "Show where a campaign stands, what was done to it, and what comes next.",
    ),
    "sign-off": _at(
        "review.asking",
        "sign_off",
        "Sign a translation off: a translator who did not write it finds it right.",
    ),
    "test": _at(
        "testing",
        "test",
        "Send copies marked as tests to people of the unit; nothing is counted.",
    ),
    "unschedule": _at(
        "timing",
        "unschedule",
        "Take a campaign's time away; an approval for any time stays.",
    ),
}


@click.group(cls=DeferredGroup, places=VERBS)
def command() -> None:
    """Write, approve, schedule, send and count campaigns."""
