"""Finds the message that a returned mail is about, by signatures of ours: pure.

A bounce is about the message whose return-path it was sent to. A complaint goes to
another address; it is about the message whose return-path or link it encloses. The
envelope identifier is second evidence: one of another message contradicts the first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mailer.errors import TokenError
from mailer.feedback.opening import OpenedMail
from mailer.links import LinkSigner, Purpose, Stamp, untagged

NOT_OURS = "its return-path was not made by this site"
NO_RETURN_PATH = "it names no return-path of this site"
OTHER_MESSAGE = "its envelope identifier is that of another message"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """The message that a mail is about; without a stamp, why none is believed."""

    stamp: Stamp | None = None
    evidence: str = ""  # what names the message
    why: str = ""  # why nothing is believed; empty: it is


def of_mail(signer: LinkSigner, mail: OpenedMail, recipient: str | None) -> Proof:
    """Return the message that a mail was returned for.

    `recipient` is the address that the SMTP server took it for, if it is known.
    """
    named = [recipient, *mail.received_for] if recipient else mail.received_for
    proof = _of_paths(signer, named)
    if proof.stamp is None or not mail.envelope_ids:
        return proof
    ours = signer.message_ids(proof.stamp)
    if not set(mail.envelope_ids) & set(ours):
        return Proof(why=OTHER_MESSAGE)
    return Proof(stamp=proof.stamp, evidence="return-path and envelope")


def of_complaint(signer: LinkSigner, mail: OpenedMail) -> Proof:
    """Return the message that a complaint encloses."""
    proof = _of_paths(signer, mail.returned_paths)
    if proof.stamp is not None:
        return proof
    for token in mail.returned_links:
        stamp = of_token(signer, token)
        if stamp is not None:
            return Proof(stamp=stamp, evidence="link")
    return proof


def of_leave(signer: LinkSigner, mail: OpenedMail) -> Stamp | None:
    """Return the message whose token is in the subject: a wish to unsubscribe."""
    found = (of_token(signer, each) for each in mail.leave_tokens)
    return next((each for each in found if each is not None), None)


def of_token(signer: LinkSigner, token: str) -> Stamp | None:
    """Return the message of a link that unsubscribes; None if we did not make it."""
    try:
        return signer.stamp(token, Purpose.UNSUBSCRIBE)
    except TokenError:
        return None


def _of_paths(signer: LinkSigner, named: Iterable[str]) -> Proof:
    """Return the message of the first return-path that we made."""
    why = NO_RETURN_PATH
    for address in named:
        local = address.rpartition("@")[0]
        if not untagged(local).startswith("r-"):
            continue
        try:
            stamp = signer.stamp_of_return_path(local)
        except TokenError:
            why = NOT_OURS
        else:
            return Proof(stamp=stamp, evidence="return-path")
    return Proof(why=why)
