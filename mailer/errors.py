"""What mailer refuses, each error one sentence; an edge adds what to do."""

from audiences.errors import CodedError


class MailerError(CodedError):
    """The request was refused."""


class ConfigError(MailerError):
    """The configuration cannot be used; the message lists every fault with its key."""


class StoreError(MailerError):
    """The store cannot be used."""


class NotFoundError(MailerError):
    """The thing named does not exist."""


class ContentError(MailerError):
    """A campaign or template cannot be read; `where` is the file and line."""

    def __init__(self, where: str, sentence: str) -> None:
        super().__init__(f"{where}: {sentence}")
        self.where = where
        self.sentence = sentence


class RefusedError(MailerError):
    """The state of the thing does not allow this; nothing was changed."""


class TokenError(MailerError):
    """The link is not one of ours, or no longer valid."""


def unreadable(fault: OSError | UnicodeError) -> str:
    """Say why a file cannot be read; the sentence it ends has named the file."""
    if isinstance(fault, UnicodeError):
        return f"cannot be read: not UTF-8 ({fault})"
    return f"cannot be read: {fault.strerror or fault}"


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first fault of a group of faults.

    It is raised after `except`, not within `except*`, where Python before 3.11.4 puts
    it into a group again.
    """
    fault: BaseException = group
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault
