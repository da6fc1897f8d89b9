"""The errors of mailer: each message is one sentence.

The edge that shows an error adds what to do.
"""

import errno
from collections.abc import Sequence

from audiences.errors import CodedError

# the disk is full, the quota of the user is, or a file may not grow more
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class MailerError(CodedError):
    """The request was refused."""


class ConfigError(MailerError):
    """The settings cannot be used; the message lists every fault with its key."""


class StoreError(MailerError):
    """The store cannot be used."""


class NotFoundError(MailerError):
    """No object has the given name or number."""


class ContentError(MailerError):
    """A campaign or template cannot be used.

    `where` is the file, with the line if it is known; `sentence` is the message
    without it.
    """

    def __init__(self, where: str, sentence: str) -> None:
        super().__init__(f"{where}: {sentence}")
        self.where = where
        self.sentence = sentence


def together(faults: Sequence[ContentError], *, most: int = 20) -> ContentError:
    """Return one error with several faults, each on a line of its own."""
    first, *more = faults
    lines = "".join(f"\n{each}" for each in more[:most])
    if len(more) > most:
        lines += f"\n… and {len(more) - most} more"
    return ContentError(first.where, f"{first.sentence}{lines}")


class RefusedError(MailerError):
    """The current state does not allow this; nothing was changed."""


class TokenError(MailerError):
    """A token was not made by this site, or is no longer valid."""


def unreadable(fault: OSError | UnicodeError) -> str:
    """Return why a file cannot be read: the end of a sentence that names the file."""
    if isinstance(fault, UnicodeError):
        return f"cannot be read: not UTF-8 ({fault})"
    return f"cannot be read: {fault.strerror or fault}"


def first_fault(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first exception of a group, at any depth.

    Raise it after `except`: within `except*`, Python before 3.11.4 wraps it in a group
    again.
    """
    fault: BaseException = group
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault


def counted(number: int, one: str) -> str:
    """Return a number with its noun: 1 reader, 12 readers, 1,000 addresses."""
    several = f"{one}es" if one.endswith("s") else f"{one}s"
    return f"{number:,} {one if number == 1 else several}"
