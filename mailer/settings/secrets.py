"""Reads secrets from the environment or a file; refuses weak keys."""

from pathlib import Path

from mailer import regular_files
from mailer.errors import ConfigError, ContentError, unreadable

MIN_SECRET = 32  # characters
MAX_FILE = 100_000  # octets
WEAK = {"changeme", "change-me", "secret", "default", "password", "example"}


def read_key(path: Path | None, value: str, setting: str) -> bytes:
    """Return a secret key: `value` (from the environment), else the file's content.

    Raises ConfigError, which names the setting, where the key is missing or weak.
    """
    value = read_secret(path, value, setting)
    if _is_weak(value):
        raise ConfigError(
            f"{setting}: the secret is too weak; expected at least {MIN_SECRET} random"
            " characters"
        )
    return value.encode()


def _is_weak(value: str) -> bool:
    """Whether a key is short without its common words, or repeats itself."""
    rest = value.lower()
    for word in WEAK:
        rest = rest.replace(word, "")
    few = len(set(value)) < 8  # noqa: PLR2004 (a random key has at least 8 different characters)
    return len(rest) < MIN_SECRET or few or _is_periodic(value)


def _is_periodic(value: str) -> bool:
    """Whether a key is one piece, at most half as long, written again and again."""
    return any(
        value == (value[:length] * len(value))[: len(value)]
        for length in range(1, len(value) // 2 + 1)
    )


def read_secret(path: Path | None, value: str, setting: str) -> str:
    """Return a secret: `value` (from the environment), else the file's content.

    Raises ConfigError where the file cannot be read or both are empty.
    """
    if not value and path is not None:
        try:
            octets = regular_files.read_one(path, limit=MAX_FILE)
            value = octets.decode("utf-8").strip()
        except (OSError, UnicodeError) as fault:
            raise ConfigError(f"{setting}: {path} {unreadable(fault)}") from None
        except ContentError as fault:
            raise ConfigError(f"{setting}: {path} {fault.sentence}") from None
    if not value:
        raise ConfigError(f"{setting}: the secret is empty", code="secret.missing")
    return value
