"""`mailer feedback`: the verdicts on SMTP replies."""

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
    """Read the replies of relays."""


@command.command(
    "verdict",
    epilog="Example: echo '550 5.1.1 no such user' | mailer feedback verdict",
)
@as_json_lines
def verdict_(as_json: bool) -> None:
    r"""Print the verdict on each SMTP reply of stdin, one a line.

    Write \n between the lines of one reply.
    """
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text.strip():
            continue
        reply = parse(text)
        read = verdict.read(reply) if reply else None
        shown = {
            "reply": text,
            "action": read.action if read else "retry",
            "permanence": read.permanence if read else "unknown",
            "reason": read.reason if read else NOT_A_REPLY,
        }
        if as_json:
            output.json_line(shown)
        else:
            _, *columns = shown.values()
            output.line("  ".join((*columns, text)))


def parse(text: str) -> Reply | None:
    """Return the reply written on one line; None if it is not a reply."""
    lines = [each.strip() for each in re.split(r"\\r\\n|\\n|\\r", text)]
    matches = [_LINE.fullmatch(each) for each in lines if each]
    codes = {match[1] if match else "" for match in matches}
    code = codes.pop() if len(codes) == 1 else ""
    if not code:
        return None
    return Reply(int(code), "\n".join(match[3] or "" for match in matches if match))
