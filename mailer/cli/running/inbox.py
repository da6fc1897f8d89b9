"""`mailer inbox`: a mail server that keeps messages as files, for tests."""

import sys
from pathlib import Path

import rich_click as click

from mailer.cli.command import WholeNumber, complete
from mailer.demo import inbox
from mailer.errors import MailerError
from mailer.processes import running


@click.command(epilog="Example: mailer inbox --port 2525 --maildir inbox")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on."
)
@click.option(
    "--port",
    default=2525,
    show_default=True,
    type=WholeNumber(0, 65535),
    help="The port to listen on; 0 takes a free one, and prints it.",
)
@click.option(
    "--maildir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("inbox"),
    show_default=True,
    help="The folder of the messages.",
)
def command(host: str, port: int, maildir: Path) -> int | None:
    """Run a mail server that keeps each message as a file in MAILDIR/new.

    It sends no message on.
    """
    return complete(_run(host, port, maildir))


async def _run(host: str, port: int, maildir: Path) -> None:
    stopping = running.stop_event()
    try:
        server = await inbox.listen(host, port, maildir)
    except OSError as fault:
        place = fault.filename or f"{host}:{port}"
        raise MailerError(f"{place} cannot be used: {fault.strerror}") from None
    taken = server.sockets[0].getsockname()[1]
    sys.stdout.write(
        f"listening on {host}:{taken}, keeping messages in {maildir}/new\n"
    )
    sys.stdout.flush()
    await stopping.wait()
    server.close()
