"""Whether so many messages fail alike that the fault is ours, not the readers': pure.

A reader's mailbox may be gone. If many in a row have the same fault, the relay, the
letter or our reputation is the likelier cause: the campaign is then paused.
"""

from typing import NamedTuple

FIRST = 20  # attempts; if all of the first have the same fault, it is ours
LAST = 200  # attempts that are looked at later
SHARE = 0.3  # of the last attempts
DOMAINS = 3  # over which that share must be spread
FEW = 2  # attempts at least; a single refusal pauses nothing

LOOK_AT = {  # kind → what a person should look at, besides the relay
    "no such mailbox": "whether the relay takes these domains for its own",
    "the domain takes no mail": "whether the relay can resolve names",
    "the relay could not look up the address": "the directory and the resolver",
    "the message is too large": "the relay's limit, and the size of the letter",
    "it cannot be composed": "the letter, and the log",
}
AT_OUR_NAME = "our standing with these providers, and the letter"


class Alike(NamedTuple):
    """Messages of a campaign with the same kind of fault, among the last attempts."""

    kind: str
    number: int
    domains: int  # of the recipients, all different


def kind_of(reason: str) -> str:
    """Return the kind of a reason: the part before a colon, which has details."""
    return reason.partition(":")[0]


def is_ours(alike: Alike, attempts: int, *, ended: bool) -> bool:
    """Return whether a fault is ours.

    `attempts` are those of the campaign until now; with `ended` there are no more. Of
    more than LAST attempts, `alike` counts the last ones only.
    """
    if attempts >= FIRST and alike.number >= min(attempts, LAST):
        return True
    spread = alike.domains >= DOMAINS
    if spread and alike.number >= SHARE * LAST:
        return True
    if not ended or attempts >= LAST:
        return False
    if attempts < FIRST:
        return FEW <= alike.number == attempts
    return spread and alike.number >= max(FIRST, SHARE * attempts)


def sentence(alike: Alike, attempts: int, *, relay: str, reply: str) -> str:
    """Return why a campaign is paused, and what to look at.

    `relay` may be empty; `reply` is one of theirs, without addresses, or empty.
    """
    said = f"; it said “{reply}”" if reply else ""
    at = LOOK_AT.get(alike.kind, AT_OUR_NAME)
    where = f"look at the relay {relay} first, then at" if relay else "look at"
    return (
        f"{alike.kind}: {alike.number:,} of the last {min(attempts, LAST):,} messages;"
        f" {where} {at}{said}"
    )
