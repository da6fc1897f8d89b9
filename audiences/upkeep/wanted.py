"""What a user wants a contact to be, as typed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedContact:
    """What a contact should have, as typed; None leaves a value, "" empties it.

    `roles` and `function` are those at the organisation `at`, or else at the primary
    one. A contact who is not at `at` yet joins it. `tags` and `second_address` are all
    that the contact has then.
    """

    name: str | None = None
    function: str | None = None  # the job title
    languages: str | None = None
    timezone: str | None = None
    telephones: str | None = None
    postal_address: str | None = None
    website: str | None = None
    tags: str | None = None
    notes: str | None = None
    second_address: str | None = None  # further addresses, which are not written to
    organisation: str | None = None  # the new primary one
    roles: str | None = None
    at: str | None = None
    leave: str | None = None  # the further organisation to leave
    topics: Sequence[str] = ()  # to subscribe to
    basis: str | None = None  # of these subscriptions
    ended: Sequence[str] = ()  # topics to unsubscribe from
