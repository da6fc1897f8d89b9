"""The tables of sign-ins: what is kept holds no secret that could be used as it is."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base


class SignIn(Base):
    """A browser in which a user is signed in."""

    __tablename__ = "sign_in"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user: Mapped[str] = mapped_column(String(60), index=True)
    standing: Mapped[bytes] = mapped_column(LargeBinary(32))  # roles and password then
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # to five minutes
    device: Mapped[str] = mapped_column(String(200))  # as the browser names itself


class SignInLink(Base):
    """A link that signs a user in, once."""

    __tablename__ = "sign_in_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user: Mapped[str] = mapped_column(String(60), index=True)
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    # of the secret of the browser that asked for it; None: works in every browser
    browser_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    used_at: Mapped[datetime | None]


class Credential(Base):
    """The password of a user, and the second factor beside it."""

    __tablename__ = "user_credential"

    user: Mapped[str] = mapped_column(String(60), primary_key=True)
    password: Mapped[str | None]  # argon2id, in the format of its reference program
    # sealed with a key derived from the address key; None: not set up
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary(80))
    totp_step: Mapped[int | None]  # the last one used (RFC 6238, 5.2)
    # hashes of the codes not used yet, in hexadecimal
    recovery: Mapped[list[str]]
    changed_at: Mapped[datetime]


class Passkey(Base):
    """The public half of a passkey; its browser or telephone keeps the other."""

    __tablename__ = "passkey"

    credential_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    user: Mapped[str] = mapped_column(String(60), index=True)
    name: Mapped[str] = mapped_column(String(60))  # as its owner calls it
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # COSE (RFC 9052)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """A challenge that one passkey may answer, once."""

    __tablename__ = "passkey_challenge"

    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user: Mapped[str | None] = mapped_column(String(60))  # None: somebody signs in
    ends_at: Mapped[datetime]


class OidcSubject(Base):
    """Whom a provider of sign-ins (OpenID Connect) calls by a subject."""

    __tablename__ = "oidc_subject"

    subject_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user: Mapped[str] = mapped_column(String(60), unique=True)
    bound_at: Mapped[datetime]


class FormPress(Base):
    """A form of a sign-in that was pressed lately, and where its answer led."""

    __tablename__ = "form_press"

    form: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)  # a digest
    at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[str | None] = mapped_column(String(2000))  # None: none yet
