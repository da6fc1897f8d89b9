"""Passkeys (WebAuthn): a key that a browser or a telephone keeps, beside its owner.

A passkey is made for the host of site.url, which must be a name: there are none for an
IP address. Each challenge is used once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import (
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from audiences.intake.encodings import parsed
from audiences.record import data_changes
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from mailer.errors import RefusedError
from mailer.signin import tokens
from mailer.signin.models import Passkey, PasskeyChallenge
from mailer.sites.site import Site
from mailer.users.models import User

LASTS = timedelta(minutes=5)  # of a challenge
MOST = 10  # passkeys of a user
LONGEST = 60  # characters of a name
_LARGEST = 20_000  # characters of what a browser sends


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """For whom passkeys are made: the host of the pages, and their origin."""

    host: str
    origin: str


def party(site: Site) -> Party | None:
    """Return for whom a site's passkeys are; None: it is reached by an IP address."""
    url = urlsplit(site.settings.site.url)
    host = url.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return Party(host=host, origin=f"{url.scheme}://{url.netloc}")
    return None


async def options(
    session: AsyncSession, site: Site, user: User | None, *, now: datetime
) -> str:
    """Return what a browser needs to make a passkey, or to use one, as JSON.

    `user` is for whom one is made; None: a browser signs in. Raises RefusedError if the
    site has no passkeys, or the user has too many.
    """
    known = await of_user(session, user.name) if user else []
    if len(known) >= MOST:
        raise RefusedError(f"you have {MOST} passkeys; remove one before")
    made = _options(_required(site), site, user, known)
    await session.execute(
        delete(PasskeyChallenge).where(PasskeyChallenge.ends_at < now)
    )
    session.add(
        PasskeyChallenge(
            challenge_hash=_hash(made.challenge),
            user=user.name if user else None,
            ends_at=now + LASTS,
        )
    )
    return webauthn.options_to_json(made)


def _options(
    known_as: Party, site: Site, user: User | None, known: Sequence[Passkey]
) -> Any:
    required = UserVerificationRequirement.REQUIRED
    if user is None:
        return webauthn.generate_authentication_options(
            rp_id=known_as.host, user_verification=required
        )
    return webauthn.generate_registration_options(
        rp_id=known_as.host,
        rp_name=site.sender_name("en"),
        user_name=user.name,
        user_id=tokens.digest(f"passkeys of {user.name}"),
        user_display_name=user.shown or user.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=required
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=each.credential_id) for each in known
        ],
    )


async def add(
    session: AsyncSession, site: Site, user: User, name: str, sent: str, author: Author
) -> Passkey:
    """Store a passkey that a browser made; raise RefusedError if it does not fit."""
    known_as, name = _required(site), " ".join(name.split())[:LONGEST] or "passkey"
    read = _json(sent)
    try:
        client = parse_registration_credential_json(read).response.client_data_json
        challenge = parse_client_data_json(client).challenge
        await _use(session, challenge, user.name, now=author.at)
        made = webauthn.verify_registration_response(
            credential=read,
            expected_challenge=challenge,
            expected_rp_id=known_as.host,
            expected_origin=known_as.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise _not_right() from fault
    if await session.get(Passkey, tokens.digest_of(made.credential_id)) is not None:
        raise _not_right()
    row = Passkey(
        credential_hash=tokens.digest_of(made.credential_id),
        credential_id=made.credential_id,
        user=user.name,
        name=name,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        added_at=author.at,
        used_at=None,
    )
    session.add(row)
    _record(session, user.name, author, [None, name])
    return row


async def use(
    session: AsyncSession, site: Site, sent: str, *, now: datetime
) -> str | None:
    """Return the user whose passkey a browser used; None if it is not right.

    A passkey whose count goes back was copied, and does not sign in.
    """
    known_as = party(site)
    if known_as is None:
        return None
    try:
        read = _json(sent)
        credential = parse_authentication_credential_json(read)
        client = parse_client_data_json(credential.response.client_data_json)
        await _use(session, client.challenge, None, now=now)
        row = await session.get(
            Passkey, tokens.digest_of(credential.raw_id), with_for_update=True
        )
        if row is None:
            return None
        verified = webauthn.verify_authentication_response(
            credential=read,
            expected_challenge=client.challenge,
            expected_rp_id=known_as.host,
            expected_origin=known_as.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (RefusedError, WebAuthnException, ValueError, KeyError, TypeError):
        return None
    row.sign_count, row.used_at = verified.new_sign_count, now
    return row.user


async def of_user(session: AsyncSession, name: str) -> Sequence[Passkey]:
    """Return the passkeys of a user, the first one first."""
    rows = await session.scalars(
        select(Passkey).where(Passkey.user == name).order_by(Passkey.added_at)
    )
    return rows.all()


def number(row: Passkey) -> str:
    """Return what names a passkey on its user's page."""
    return row.credential_hash.hex()[:32]


async def remove(session: AsyncSession, name: str, wanted: str, author: Author) -> None:
    """Remove the passkey of a user with this number, if there is one."""
    for row in await of_user(session, name):
        if number(row) == wanted:
            await session.delete(row)
            _record(session, name, author, [row.name, None])


def _record(
    session: AsyncSession, name: str, author: Author, change: list[str | None]
) -> None:
    detail = {"passkey": change}
    data_changes.record(session, DataKind.USER, name, "edited", author, detail)


async def _use(
    session: AsyncSession, challenge: bytes, user: str | None, *, now: datetime
) -> None:
    """Use up a challenge; raise RefusedError if it is not open for this user.

    Of two requests at once, one gets it.
    """
    found = await session.execute(
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge_hash == _hash(challenge),
            PasskeyChallenge.ends_at > now,
            PasskeyChallenge.user == user if user else PasskeyChallenge.user.is_(None),
        )
        .returning(PasskeyChallenge.challenge_hash)
    )
    if found.scalar_one_or_none() is None:
        raise _not_right()


def _hash(challenge: bytes) -> bytes:
    return tokens.digest(bytes_to_base64url(challenge))


def _json(sent: str) -> dict[str, Any]:
    read = parsed.json_value(sent[:_LARGEST])
    if not isinstance(read, dict):
        raise ValueError("no object")  # noqa: TRY004 (as any other text that is none)
    return read


def _required(site: Site) -> Party:
    found = party(site)
    if found is None:
        raise RefusedError(
            "passkeys need a host name in site.url, and this site is reached by an IP"
            " address"
        )
    return found


def _not_right() -> RefusedError:
    return RefusedError(
        "the browser's passkey does not fit this page, or five minutes have passed;"
        " open the page again, and try once more"
    )
