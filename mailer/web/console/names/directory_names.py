"""The words of the directory, as its pages name them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from audiences.institution import LEVELS, REGIONS, STATUSES
from audiences.languages import ChainStep
from audiences.organisations import Kind
from audiences.people.site_roles import Roles
from audiences.subscriptions import How, Standing
from audiences.suppressions import Why
from mailer.rendering.entry import role_name
from mailer.rendering.language.catalogues import Catalogue
from mailer.web.console.guard import Visit

KINDS: Mapping[str, str] = {
    Kind.NGO: "Non-governmental organisation",
    Kind.DELEGATION: "Permanent delegation",
    Kind.NATCOM: "National Commission",
    Kind.FIELD_OFFICE: "Field office",
    Kind.SECTOR: "Desk of the Secretariat",
    Kind.LIAISON_COMMITTEE: "Liaison committee",
    Kind.OBSERVER: "Observer",
}
REASONS = {
    Why.BOUNCED: "the mailbox does not exist",
    Why.COMPLAINED: "the reader reported a letter as spam",
    Why.ASKED: "the reader asked the unit",
    Why.OPERATOR: "a decision of the unit",
    Why.ERASED: "the person was erased",
    Why.MOVED: "the contact has another address now",
    "stopped": "the reader stopped all letters",
    "suppressed": "the address is suppressed",
}
STANDINGS = {
    Standing.PENDING: "waits for a confirmation",
    Standing.ACTIVE: "active",
    Standing.PAUSED: "on a break",
    Standing.ENDED: "ended",
    Standing.UNDONE: "taken back with its import",
}
HOWS = {
    How.IMPORT: "by an import",
    How.ONE_CLICK: "by the button of the mail program",
    How.PAGE: "on a page for readers",
    How.CONFIRMATION: "by the link in a confirmation",
    How.OPERATOR: "by the unit",
}
STEPS = {
    ChainStep.CONTACT: "chosen by the contact",
    ChainStep.ORGANISATION: "that of the organisation",
    ChainStep.STATE: "usual in its country",
    ChainStep.CAMPAIGN: "the default of each letter",
}
MESSAGES = {
    "waiting": "waits",
    "marked": "is being sent",
    "accepted": "delivered to the mail server",
    "deferred": "is tried again",
    "refused": "refused",
    "bounced": "came back",
    "complained": "reported as spam",
    "uncertain": "not known yet",
    "held": "waits for a decision",
    "set_aside": "set aside",
    "expired": "too late",
    "cancelled": "cancelled with its letter",
    "skipped": "left out",
}
ACTS = {
    "added": "added",
    "edited": "changed",
    "moved": "changed the address",
    "merged": "merged",
    "removed": "removed",
    "erased": "erased",
    "retired": "retired",
    "exported": "exported",
}
DECISIONS = {"applied": "applied", "declined": "declined"}
LINES = {  # of an entry, as proposals name them
    "name": "Name",
    "acronym": "Acronym",
    "status": "Status",
    "level": "Reach",
    "seat": "Seat",
    "postal_address": "Postal address",
    "telephones": "Telephone",
    "website": "Website",
    "acts_in": "Countries of action",
    "fields": "Fields of work",
    "languages": "Languages",
    "correspondents": "Contacts",
    "note": "Anything else",
}
SOURCES = {  # what a wish, a subscription or a proposal came by, without its number
    "import": "import %(number)s",
    "message": "the link in message %(number)s",
    "undo of import": "the undoing of import %(number)s",
}
VOCABULARIES: Mapping[str, Mapping[Any, str]] = {
    "kinds": KINDS,
    "reasons": REASONS,
    "standings": STANDINGS,
    "hows": HOWS,
    "steps": STEPS,
    "messages": MESSAGES,
    "acts": ACTS,
    "decisions": DECISIONS,
    "lines": LINES,
}
STRINGS = (
    *(text for each in VOCABULARIES.values() for text in each.values()),
    *SOURCES.values(),
)


def of(asked: Visit) -> dict[str, Any]:
    """Return each vocabulary in the language of a page: code → words."""
    text, institution = asked.words.text, asked.site.catalogue(asked.language).text
    theirs = {"statuses": STATUSES, "levels": LEVELS, "regions": REGIONS}
    return {
        **{
            name: {str(code): text(each) for code, each in words.items()}
            for name, words in VOCABULARIES.items()
        },
        **{
            name: {code: institution(each) for code, each in words.items()}
            for name, words in theirs.items()
        },
        "source_said": partial(source, asked.words),
    }


def source(words: Catalogue, text: str) -> str:
    """Return what something came by in words; a text of a person stays as it is."""
    kind, _, number = text.rpartition(" ")
    return words.text(SOURCES[kind], number=number) if kind in SOURCES else text


def of_roles(asked: Visit, known: Roles) -> dict[str, str]:
    """Return the names of roles in the language of a page, by code."""
    catalogue = asked.site.catalogue(asked.language)
    return {each.code: role_name(each.code, each.names, catalogue) for each in known}
