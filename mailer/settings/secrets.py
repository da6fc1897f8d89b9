"""Secrets: from the environment or a file, never from config.toml; refused if weak."""

from pathlib import Path

from mailer.errors import ConfigError, unreadable

MIN_SECRET = 32  # characters
WEAK = {"changeme", "change-me", "secret", "default", "password", "example"}


def secret(path: Path | None, given: str, key: str) -> bytes:
    """Return a key from the environment or a file; refuse a weak one."""
    value = secret_text(path, given, key)
    repeated = len(set(value)) < 8  # noqa: PLR2004 (a key has more than 7 different characters)
    if len(value) < MIN_SECRET or value.lower() in WEAK or repeated:
        raise ConfigError(
            f"{key}: the secret is too weak; it needs at least {MIN_SECRET} characters"
            " nobody can guess"
        )
    return value.encode()


def secret_text(path: Path | None, given: str, key: str) -> str:
    """Return a secret from the environment or a file; refuse an empty one."""
    value = given
    if not value and path is not None:
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as fault:
            raise ConfigError(f"{key}: {path} {unreadable(fault)}") from None
    if not value:
        raise ConfigError(f"{key}: the secret is empty", code="secret.missing")
    return value
