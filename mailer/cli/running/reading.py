"""`mailer feedback verdict` and `classify`: what replies and returned mails mean."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import rich_click as click

from mailer import named_files
from mailer.cli import output
from mailer.cli.command import as_json_lines
from mailer.delivery.smtp import verdict
from mailer.delivery.smtp.replies import Reply
from mailer.errors import RefusedError, unreadable
from mailer.feedback import classify, mime

_LINE = re.compile(r"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
NOT_A_REPLY = "not an SMTP reply: the connection is closed and the message waits"


@click.command(
    "verdict",
    epilog="Example: echo '550 5.1.1 no such user' | mailer feedback verdict",
)
@as_json_lines
def verdict_(as_json: bool) -> None:
    r"""Print the verdict on each SMTP reply of stdin, one per line.

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


@click.command(
    "classify",
    epilog="Example: mailer feedback classify /var/mail/returned/cur --json-lines",
)
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@as_json_lines
def classify_(paths: tuple[Path, ...], as_json: bool) -> None:
    """Print what each returned mail is, and whom it concerns; change nothing.

    A path is a file or a pipe, or a folder whose files are read.
    """
    for path in _files(paths):
        found = classify.classify(_octets(path))
        if as_json:
            output.json_line(_shown(path, found))
            continue
        output.line(f"{path}  {found.kind}")
        for each in found.recipients:
            columns = (each.address, each.status or "-", each.permanence, each.reason)
            output.line("  ".join(("", *columns)))


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the files, and those of the folders in order of their names."""
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file())
        else:
            yield path


def _octets(path: Path) -> bytes:
    """Return the beginning of a file or pipe, as much as is read of a mail."""
    try:
        with named_files.opened(path, pipes=True) as file:
            return file.read(mime.MAX_BYTES)
    except OSError as fault:
        raise RefusedError(f"{path} {unreadable(fault)}") from None


def _shown(path: Path, found: classify.Classified) -> dict[str, object]:
    """Return a classified mail as interfaces promise it."""
    return {
        "path": str(path),
        "kind": found.kind,
        "recipients": [
            {
                "address": each.address,
                "status": each.status,
                "permanence": each.permanence,
                "reason": each.reason,
            }
            for each in found.recipients
        ],
    }
