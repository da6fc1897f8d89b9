"""Passwords with a second factor: the hash, the codes of RFC 6238, recovery codes.

Checking a password takes 64 MiB and a tenth of a second, so it runs in a thread, two at
once. An unknown user costs the same time as a known one.
"""

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import characters
from mailer.errors import RefusedError
from mailer.signin import browsers, one_time, sealing, tokens
from mailer.signin.models import Credential

SHORTEST, LONGEST = 12, 200  # characters
CODES = 10  # recovery codes
_PARTS = 4  # code points of one letter, at most
STEP = 30  # seconds of a code
_PURPOSE = "totp"
_SECRET = re.compile("[A-Z2-7]{32}")  # base32 (RFC 4648, section 6): 160 bits
_AT_ONCE = asyncio.Semaphore(2)
_HASHER = PasswordHasher()
_COMMON = (
    *("password", "motdepasse", "contraseña", "passwort", "qwerty", "azerty"),
    *("123456", "abcdef", "letmein", "welcome", "bienvenue", "unesco", "liaison"),
)


def refuse_weak(password: str, *, names: Sequence[str]) -> None:
    """Raise RefusedError for a password that is short, common, or made of a name."""
    folded = password.casefold()
    if not SHORTEST <= len(password) <= LONGEST:
        raise RefusedError(
            f"the password has {len(password)} characters; choose {SHORTEST} to"
            f" {LONGEST}, for example four words",
        )
    rest = folded
    for word in (*_COMMON, *(each.casefold() for each in names if len(each) > 2)):  # noqa: PLR2004 (shorter names are in every password)
        rest = rest.replace(word, "")
    if len(set(rest)) < 5 or len(rest) < SHORTEST // 2:  # noqa: PLR2004 (aaaa, 1212)
        raise RefusedError(
            "the password is easy to guess: it is mostly a common word, a name or a"
            " repetition; choose another, for example four words",
        )


async def hashed(password: str) -> str:
    """Return the hash of a password, for the store."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, _stable(password))


async def set_password(
    session: AsyncSession, name: str, password_hash: str, *, now: datetime
) -> None:
    """Set a user's password from its hash; signs the user out everywhere.

    Open links to sign in end, too.
    """
    row = await of_user(session, name, now=now)
    row.password, row.changed_at = password_hash, now
    await browsers.end_all(session, name)
    await one_time.end_all(session, name, now=now)


async def fits(password: str, known: Credential | None) -> bool:
    """Whether a password is that of a user; takes as long where there is none."""
    wanted = known.password if known is not None else None
    async with _AT_ONCE:
        right = await asyncio.to_thread(_verify, wanted or _stand_in(), password)
    return right and wanted is not None


def _stable(password: str) -> str:
    """Return a password as it is hashed, whichever keyboard wrote its letters.

    Some take an accent apart from its letter (NIST SP 800-63B, 5.1.1.2).
    """
    return unicodedata.normalize("NFKC", password)


def _verify(wanted: str, password: str) -> bool:
    try:
        return _HASHER.verify(wanted, _stable(password[: LONGEST * _PARTS]))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _stand_in() -> str:
    return _HASHER.hash(secrets.token_hex())


async def of_user(session: AsyncSession, name: str, *, now: datetime) -> Credential:
    """Return the row of a user, made if there is none; others wait for it."""
    row = await session.get(Credential, name, with_for_update=True)
    if row is None:
        row = Credential(user=name, recovery=[], changed_at=now)
        session.add(row)
    return row


def new_secret() -> str:
    """Return a secret for an application that shows codes (RFC 6238)."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether a text is a secret as `new_secret` makes it."""
    return _SECRET.fullmatch(text) is not None


def address_of(secret: str, *, name: str, issuer: str) -> str:
    """Return the otpauth address that such applications read from a QR code.

    A colon stands between issuer and name, and in neither of them.
    """
    issuer = " ".join(issuer.replace(":", " ").split())
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


async def enrol(
    session: AsyncSession,
    name: str,
    secret: str,
    code: str,
    *,
    key: bytes,
    now: datetime,
) -> list[str]:
    """Set up the second factor of a user; return the recovery codes.

    Raises RefusedError unless the code shows that the application has the secret.
    """
    code = _typed(code)
    step = _step_of(secret, code, now=now, after=None) if is_secret(secret) else None
    if step is None:
        raise RefusedError(
            "this code is not the one of now; check the clock of the telephone, and"
            " type the six digits that it shows",
        )
    row = await of_user(session, name, now=now)
    codes = [secrets.token_hex(5) for _ in range(CODES)]
    row.totp_secret = sealing.sealed(secret, key, purpose=_PURPOSE)
    row.totp_step = step
    row.recovery = [tokens.digest(each).hex() for each in codes]
    row.changed_at = now
    return codes


def take_code(known: Credential, code: str, *, key: bytes, now: datetime) -> bool:
    """Whether a code is right; it is used up, and so is one of recovery."""
    code = _typed(code)
    digest = tokens.digest(code).hex()
    if digest in known.recovery:
        known.recovery = [each for each in known.recovery if each != digest]
        return True
    if known.totp_secret is None:
        return False
    secret = sealing.opened(known.totp_secret, key, purpose=_PURPOSE)
    step = secret and _step_of(secret, code, now=now, after=known.totp_step)
    if not step:
        return False
    known.totp_step = step
    return True


def _typed(code: str) -> str:
    """Return a code as it is compared: a keyboard may add spaces, or other digits."""
    return characters.ascii_digits("".join(code.split())).lower()


def _step_of(secret: str, code: str, *, now: datetime, after: int | None) -> int | None:
    """Return the step whose code this is: now, the one before or the one after."""
    current = int(now.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    for step in (current - 1, current, current + 1):
        if after is not None and step <= after:
            continue
        if tokens.same(made.generate_otp(step), code):
            return step
    return None
