"""What is true when a person interrupts a command with Ctrl-C."""

from mailer.errors import MailerError

EXIT_CODE = 130  # of a process that SIGINT ends
NOTHING = "stopped; this command changed nothing"


class InterruptionError(MailerError):
    """A person interrupted the command; the message says what is done."""


def after(commits: int) -> InterruptionError:
    """Return the error of a command that has begun this many commits."""
    if commits:
        return InterruptionError("stopped; what this command had done by then stays")
    return InterruptionError(NOTHING)
