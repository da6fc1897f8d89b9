"""The shape of what each command prints with `--json` or `--json-lines`.

`docs/json/` has the JSON Schema of each, made from here by `tools/json_schemas.py`; a
test runs the commands on a site and compares.
"""

from typing import Any

from pydantic import TypeAdapter

from mailer.cli.json_shapes import (
    campaigns,
    directory,
    machine,
    report,
    returning,
    review,
    rules,
    site,
    words,
    writing,
)
from mailer.cli.json_shapes.base import ActListed

_OF_CAMPAIGNS: dict[str, Any] = {
    "campaigns approve": campaigns.Approved,
    "campaigns ask": campaigns.ApprovalAsked,
    "campaigns audience": campaigns.AudienceListed,
    "campaigns cancel": campaigns.Cancelled,
    "campaigns check": review.CampaignChecked,
    "campaigns copy": writing.FolderCopied,
    "campaigns coverage": list[review.BlockCovered],
    "campaigns diff": review.VersionsCompared,
    "campaigns erratum": campaigns.ErratumDrafted,
    "campaigns remind": campaigns.ReminderDrafted,
    "campaigns explain": review.ReaderExplained,
    "campaigns import": campaigns.CampaignImported,
    "campaigns list": list[campaigns.CampaignListed],
    "campaigns new": writing.FolderMade,
    "campaigns pause": campaigns.Acted,
    "campaigns release": campaigns.Released,
    "campaigns report": report.Reported,
    "campaigns resend": campaigns.Resent,
    "campaigns resume": campaigns.Resumed,
    "campaigns return": campaigns.Acted,
    "campaigns schedule": campaigns.Acted,
    "campaigns show": review.CampaignShown,
    "campaigns test": list[review.TestSent],
    "campaigns unschedule": campaigns.Acted,
    "messages list": campaigns.MessageListed,
}
_OF_DIRECTORY: dict[str, Any] = {
    "contacts add": directory.ContactNamed,
    "contacts edit": directory.ContactChanged,
    "contacts erase": directory.ContactNamed,
    "contacts imports": list[directory.ImportListed],
    "contacts list": list[directory.ContactListed],
    "contacts merge": directory.ContactMerged,
    "contacts move": directory.ContactMoved,
    "contacts remove": directory.ContactRemoved,
    "contacts sources add": writing.SourceAdded,
    "contacts sources list": list[writing.SourceListed],
    "contacts sources remove": writing.SourceNamed,
    "contacts template": writing.FileMade,
    "contacts undo": directory.ImportUndone,
    "organisations add": directory.OrganisationNamed,
    "organisations edit": directory.OrganisationChanged,
    "organisations list": list[directory.OrganisationListed],
    "organisations merge": directory.OrganisationMerged,
    "organisations retire": directory.OrganisationNamed,
    "organisations show": directory.OrganisationShown,
    "proposals list": list[directory.ProposalListed],
    "proposals settle": directory.ProposalSettled,
    "segments count": rules.AudienceCounted,
    "segments explain": rules.Explained,
    "segments list": list[rules.SegmentListed],
    "segments members": rules.MemberListed,
    "segments remove": rules.SegmentRemoved,
    "segments save": rules.SegmentSaved,
    "suppressions add": directory.SuppressionAdded,
    "suppressions lift": directory.SuppressionsLifted,
    "suppressions list": list[directory.SuppressionListed],
}
_OF_WORDS: dict[str, Any] = {
    "offices add": words.WordNamed,
    "offices edit": words.WordChanged,
    "offices list": list[words.BodyListed],
    "offices retire": words.WordNamed,
    "sectors add": words.WordNamed,
    "sectors edit": words.WordChanged,
    "sectors list": list[words.BodyListed],
    "sectors retire": words.WordNamed,
    "themes add": words.WordAdded,
    "themes edit": words.WordChanged,
    "themes history": list[ActListed],
    "themes list": list[words.ThemeListed],
    "themes retire": words.WordNamed,
    "topics add": words.WordAdded,
    "topics edit": words.WordChanged,
    "topics history": list[ActListed],
    "topics list": list[words.TopicListed],
    "topics retire": words.WordNamed,
    "words": list[words.WordFound],
}
_OF_SITE: dict[str, Any] = {
    "audit anchor": machine.RecordAnchored,
    "audit list": machine.RecordListed,
    "audit show": machine.RecordShown,
    "audit verify": machine.RecordVerified,
    "backup": machine.BackedUp,
    "doctor": site.Examined,
    "feedback classify": returning.MailClassified,
    "go": site.Stopped,
    "history": list[site.HistoryListed],
    "init": machine.SiteMade,
    "keys rotate signing": machine.SigningRotated,
    "keys show": list[machine.DnsRecord],
    "metrics": list[machine.MetricShown],
    "schedule next": rules.Coming,
    "series add": rules.SeriesAdded,
    "series add-date": writing.DateChanged,
    "series edit": writing.SeriesEdited,
    "series list": list[rules.SeriesListed],
    "series move": writing.DateMoved,
    "series next": rules.Coming,
    "series preview": writing.YearPreviewed,
    "series show": writing.SeriesShown,
    "series skip": writing.DateChanged,
    "stop": site.Stopped,
    "tasks done": returning.TaskDone,
    "tasks list": returning.TaskListed,
    "tasks show": returning.TaskShown,
    "templates diff": list[site.TemplateCompared],
    "templates status": site.TemplatesListed,
    "templates upgrade": site.TemplatesUpgraded,
    "tick": machine.TickShown,
    "upgrade": machine.StoreUpgraded,
    "users add": site.UserListed,
    "users deputy": site.DeputyShown,
    "users disable": site.UserChanged,
    "users edit": site.UserChanged,
    "users enable": site.UserChanged,
    "users end-deputy": site.DeputyEnded,
    "users invite": machine.UserInvited,
    "users list": list[site.UserListed],
    "users remove": site.UserNamed,
    "users show": site.UserShown,
}
# the words of a command → the shape of its document, or of each line
DOCUMENTS = _OF_CAMPAIGNS | _OF_DIRECTORY | _OF_WORDS | _OF_SITE


def schema(words_of_command: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what a command prints."""
    adapter: TypeAdapter[Any] = TypeAdapter(DOCUMENTS[words_of_command])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **adapter.json_schema(),
    }
