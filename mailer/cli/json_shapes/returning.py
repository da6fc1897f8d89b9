"""Shapes of what commands on tasks and on what comes back print."""

from mailer.cli.json_shapes.base import Instant, Shape


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
