"""The shapes of what commands print with `--json` or `--json-lines`.

`docs/json/` has the JSON Schema of each, made from here by `tools/json_schemas.py`; a
test runs the commands on a site and compares. Instants are in ISO 8601 with an offset.
"""

from typing import Any

from pydantic import Field, TypeAdapter

from mailer.cli.json_documents.report import Reported
from mailer.cli.json_documents.shape import Counts, Instant, Shape


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


class Approved(Acted):
    """A campaign after its approval: for one time, until a day, or any time."""

    readers: int
    only_at: Instant | None
    until: str | None


class Released(Acted):
    """A campaign after its release, with the rows of its ledger."""

    readers: int


class Resumed(Acted):
    """A campaign that continues; some messages are sent again."""

    sent_again: int


class Cancelled(Acted):
    """A campaign that was stopped, with the messages that stay unsent."""

    unsent: int


class Imported(Shape):
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


class ActListed(Shape):
    """One act of the history; `by` is empty where it is not known."""

    at: Instant
    by: str
    about: str
    act: str
    detail: dict[str, Any]


class ClauseExplained(Shape):
    """One clause of a rule, for one contact."""

    clause: str
    holds: bool
    because: str


class Explained(Shape):
    """Why a rule picks an address or not; `excluded` is why it is left out."""

    included: bool = Field(alias="in")
    organisation: str
    others: dict[str, bool]
    clauses: list[ClauseExplained]
    excluded: str | None


class AudienceCounted(Shape):
    """The size of an audience."""

    count: int
    excluded: Counts
    by_kind: Counts
    by_language: Counts


class MemberListed(Shape):
    """One reader of a rule."""

    address: str
    organisation: str
    kind: str
    language: str | None


class Coming(Shape):
    """The coming instants of a cadence, and how it was understood."""

    instants: list[Instant]
    understood: str


class SuppressionListed(Shape):
    """A suppressed address, or its fingerprint."""

    address: str
    reason: str
    since: Instant
    detail: str


class TopicListed(Shape):
    """A topic and its subscribers."""

    code: str
    name: str
    subscribers: int


# the words of a command → the shape of its document, or of each line
DOCUMENTS: dict[str, Any] = {
    "campaigns approve": Approved,
    "campaigns audience": AudienceListed,
    "campaigns cancel": Cancelled,
    "campaigns erratum": ErratumDrafted,
    "campaigns import": Imported,
    "campaigns list": list[CampaignListed],
    "campaigns pause": Acted,
    "campaigns release": Released,
    "campaigns report": Reported,
    "campaigns resend": Resent,
    "campaigns resume": Resumed,
    "campaigns schedule": Acted,
    "campaigns unschedule": Acted,
    "history": list[ActListed],
    "messages list": MessageListed,
    "schedule next": Coming,
    "segments count": AudienceCounted,
    "segments explain": Explained,
    "segments members": MemberListed,
    "series next": Coming,
    "suppressions list": list[SuppressionListed],
    "topics list": list[TopicListed],
}


def schema(words: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what a command prints."""
    adapter: TypeAdapter[Any] = TypeAdapter(DOCUMENTS[words])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **adapter.json_schema(),
    }
