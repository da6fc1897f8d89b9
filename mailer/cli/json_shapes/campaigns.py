"""Shapes of what commands on campaigns and messages print."""

from mailer.cli.json_shapes.base import Counts, Instant, Shape


class CampaignListed(Shape):
    """A campaign; `fell` is a time that an edit took away."""

    id: int
    name: str
    reference: str
    state: str
    at: Instant | None
    released_at: Instant | None
    fell: Instant | None
    stopped_because: str | None


class Acted(Shape):
    """A campaign after an act."""

    id: int
    name: str
    state: str
    at: Instant | None


class ApprovalAsked(Acted):
    """A campaign for which an approval was asked, and who may give it.

    `mailed` got a link; `not_mailed` says of each of the others why not.
    """

    approvers: list[str]
    mailed: list[str]
    not_mailed: dict[str, str]


class SignedOff(Acted):
    """A campaign of which a translation is signed off, and those that are not yet."""

    missing: list[str]


class TranslationTaken(Shape):
    """What a PO file changed, and how much of the translation there is."""

    language: str
    changed: int
    confirmed: int
    fuzzy: int
    done: int
    stale: int
    missing: int
    remarks: list[str]


class Approved(Acted):
    """A campaign after its approval: for one time, until a day, or any time."""

    readers: int
    only_at: Instant | None
    until: str | None
    missing: int  # users who must still approve the same


class Released(Acted):
    """A campaign after its release, with the rows of its ledger."""

    readers: int


class Resumed(Acted):
    """A campaign that continues; some messages are sent again."""

    sent_again: int


class Cancelled(Acted):
    """A campaign that was stopped, with the messages that stay unsent."""

    unsent: int


class CampaignImported(Shape):
    """A campaign that was stored."""

    id: int


class MissedReader(Shape):
    """A reader whom a campaign has not reached, and what became of the last message."""

    address: str
    name: str | None
    organisation: str
    language: str
    reason: str


class Resent(Shape):
    """A further wave: who gets it, why not until now, and who does not."""

    campaign: int
    wave: int
    applied: bool
    until: Instant
    readers: int
    by_reason: Counts
    left_out: Counts
    change: str | None
    names: list[MissedReader]


class ErratumDrafted(Shape):
    """The draft of an erratum."""

    id: int
    name: str
    corrects: int
    readers: int
    uncertain: int
    includes_uncertain: bool


class ReminderDrafted(Shape):
    """The draft of a reminder."""

    id: int
    name: str
    reminds: int
    audience: str
    readers: int


class AudienceListed(Shape):
    """One contact of an audience; `left_out` and `since_last` may be empty."""

    address: str
    name: str
    organisation: str
    organisation_name: str
    kind: str
    language: str
    variant: str
    why: str
    left_out: str
    since_last: str


class MessageListed(Shape):
    """One message of the ledger."""

    id: int
    address: str | None
    language: str | None
    state: str
    attempts: int
    reply: str | None
    message_id: str
    reason: str | None
    step: str | None
    wave: int
