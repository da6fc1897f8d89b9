"""Shapes of what commands on tasks and on what comes back print."""

from pydantic import Field

from mailer.cli.json_shapes.base import Counts, Instant, Shape


class TaskListed(Shape):
    """A contact that was lost, or is back, at one organisation."""

    id: int
    kind: str
    at: Instant
    address: str | None
    name: str | None
    organisation: str
    organisation_name: str
    successor: str | None
    draft: int | None
    done_at: Instant | None
    done_by: str | None
    note: str | None


class PersonKnown(Shape):
    """Somebody else at the organisation who can be written to."""

    address: str
    name: str | None
    roles: list[str]


class WaysToAsk(Shape):
    """How an organisation can be asked for another contact."""

    people: list[PersonKnown]
    telephones: list[str]
    postal_address: str | None
    website: str | None


class TaskShown(TaskListed):
    """A task, and how the organisation can be asked."""

    ask: WaysToAsk


class TaskDone(Shape):
    """A task that is done."""

    id: int


class RecipientRead(Shape):
    """What a returned mail says of one recipient."""

    address: str
    status: str | None
    permanence: str
    reason: str


class MailClassified(Shape):
    """What a file that came back is."""

    path: str
    kind: str
    recipients: list[RecipientRead]


class AskingDrafted(Shape):
    """The draft of a letter about lost contacts."""

    id: int
    name: str
    tasks: int
    readers: int


class ReplyRead(Shape):
    """How a reply of a relay is read."""

    reply: str
    action: str
    permanence: str
    reason: str


class MailsTaken(Shape):
    """What came back: mails of each kind, and what followed from them."""

    taken: Counts
    quarantined: int
    known: int
    suppressed: int
    probed: int
    ours: int
    lost: int
    back: int


class MailKept(Shape):
    """A mail that came back, and what was decided about it."""

    id: int
    seen_at: Instant
    way: str
    kind: str
    standing: str
    why: str | None
    campaign: int | None
    message: int | None
    evidence: str | None
    status: str | None
    permanence: str | None
    reason: str | None
    decision: str | None
    sender: str | None = Field(alias="from")
    subject: str
    settled_by: str | None
    settled_at: Instant | None
    text: str


class AnswerKept(MailKept):
    """An answer to a letter; true if it asks for no more letters."""

    asks_to_leave: bool


class MailReleased(Shape):
    """A mail that is believed about a message."""

    id: int
    message: int
    suppressed: int


class MailsDiscarded(Shape):
    """The mails that change nothing."""

    ids: list[int]


class AnswerNamed(Shape):
    """The answer whose reader was unsubscribed."""

    id: int


class AnswerFiled(AnswerNamed):
    """An answer, and the campaign it answers."""

    campaign: int


class SenderReported(Shape):
    """DMARC or TLS reports on one domain; `sources` are those that fail most."""

    kind: str
    domain: str
    reports: int
    mails: int
    failed: int
    sources: list[tuple[str, int]]
