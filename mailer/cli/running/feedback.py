"""`mailer feedback`: what comes back, and how it is read."""

import re
import sys

import rich_click as click

from mailer.cli import output
from mailer.cli.command import as_json_lines
from mailer.delivery.smtp import verdict
from mailer.delivery.smtp.replies import Reply

_LINE = re.compile(r"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
NOT_A_REPLY = "not an SMTP reply: the connection is closed and the message waits"


@click.group()
def command() -> None:
    """Read what relays and readers' systems answer."""


@command.command(
    "verdict",
    epilog="Example: echo '550 5.1.1 no such user' | mailer feedback verdict",
)
@as_json_lines
def verdict_(as_json: bool) -> None:
    r"""Say what SMTP replies mean; stdin has one a line, \n between its own lines."""
    for line in sys.stdin.buffer:
        said = line.decode("utf-8", "replace").rstrip("\r\n")
        if not said.strip():
            continue
        reply = parse(said)
        read = verdict.read(reply) if reply else None
        shown = {
            "reply": said,
            "action": read.action if read else "retry",
            "permanence": read.permanence if read else "unknown",
            "reason": read.reason if read else NOT_A_REPLY,
        }
        if as_json:
            output.json_line(shown)
        else:
            _, *columns = shown.values()
            output.line("  ".join((*columns, said)))


def parse(said: str) -> Reply | None:
    """Read a reply written on one line; None where it is none."""
    lines = [each.strip() for each in re.split(r"\\r\\n|\\n|\\r", said)]
    found = [_LINE.fullmatch(each) for each in lines if each]
    codes = {match[1] if match else "" for match in found}
    code = codes.pop() if len(codes) == 1 else ""
    if not code:
        return None
    return Reply(int(code), "\n".join(match[3] or "" for match in found if match))
