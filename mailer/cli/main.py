"""The command `mailer`: calls the command of a noun, and turns errors into sentences.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage. An error is one sentence on
stderr. The traceback of an unexpected error is written to a file, which is named.
"""

import errno
import os
import sys
import tempfile
import traceback
from pathlib import Path

import click
import structlog

import mailer
from audiences.errors import CodedError
from mailer.cli import interruption, output
from mailer.cli.deferred import DeferredGroup
from mailer.cli.interruption import InterruptionError
from mailer.cli.nouns import NOUNS
from mailer.cli.remedies import with_remedy
from mailer.errors import NO_ROOM
from mailer.processes import logs
from scheduler.errors import ScheduleError

EXAMPLE = "Example: mailer demo"
# faults of a folder or file that only its owner can mend
OF_PLACE = frozenset(
    {
        *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR),
        *(errno.EEXIST, errno.ELOOP, errno.ENAMETOOLONG, errno.EIO, errno.ESTALE),
    }
)
log = structlog.get_logger()


@click.group(
    cls=DeferredGroup,
    places=NOUNS,
    epilog=EXAMPLE,
    context_settings={"max_content_width": 100},
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("config.toml"),
    envvar="MAILER_CONFIG",
    show_default=True,
    help="The settings file of the site.",
)
@click.version_option(mailer.__version__, message="mailer %(version)s")
@click.pass_context
def cli(ctx: click.Context, config: Path) -> None:
    """Send letters in many languages to many kinds of readers; count who got what."""
    ctx.obj = config


def main() -> None:
    """Run the command with the arguments of the process; exit with its code.

    What the command writes is for its owner only.
    """
    os.umask(0o077)
    code = run(sys.argv[1:])
    interruption.end_quietly()
    sys.exit(_flushed() or code)


def _flushed() -> int:
    """Write what is left of the output; return 1 if it cannot be written."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as head, has enough
        _discard_output()
    except OSError as fault:
        output.refuse(_sentence(fault))
        _discard_output()
        return 1
    return 0


def _discard_output() -> None:
    """Send what is left to the null device; else Python reports it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(arguments: list[str]) -> int:
    """Run the command with these arguments; return its exit code. Print errors."""
    with logs.to_stderr():
        return _run(arguments)


def _run(arguments: list[str]) -> int:
    try:
        result = cli.main(arguments, prog_name="mailer", standalone_mode=False)
    except click.ClickException as fault:
        _show_usage(fault)
        return fault.exit_code
    except SystemExit as end:  # of a noun without a verb, after its help
        return end.code if isinstance(end.code, int) else 1
    except BrokenPipeError:
        return 0
    except (Exception, click.exceptions.Abort, KeyboardInterrupt) as fault:  # noqa: BLE001 (an operator gets no traceback)
        with interruption.ignored():
            _refuse(fault)
        return interruption.EXIT_CODE if _is_interruption(fault) else 1
    return result if isinstance(result, int) else 0


def _is_interruption(fault: BaseException) -> bool:
    # rich_click leaves out the cause of an Abort, click does not
    by_click = isinstance(fault.__cause__ or fault.__context__, KeyboardInterrupt)
    return by_click or isinstance(fault, InterruptionError | KeyboardInterrupt)


def _show_usage(fault: click.ClickException) -> None:
    if logs.style.json:
        log.error("command.failed", reason=fault.format_message())
    else:
        fault.show()


def _refuse(fault: BaseException) -> None:
    sentence = _sentence(fault)
    if logs.style.json:
        log.error("command.failed", reason=sentence, exc_info=fault)
    else:
        output.refuse(logs.for_people(sentence))


def _sentence(fault: BaseException) -> str:
    if stored := logs.fault_of_store(fault):
        fault = stored
    match fault:
        case CodedError():
            return with_remedy(str(fault), fault.code, fault.facts)
        case ScheduleError():
            return str(fault)
        case OSError() if fault.errno in NO_ROOM:
            return "a disk is full; make room, then try again"
        case OSError() if fault.errno in OF_PLACE and fault.filename:
            return f"{fault.filename} cannot be used: {fault.strerror}; mend it first"
        case click.exceptions.Abort() | KeyboardInterrupt():
            return interruption.NOTHING
        case _:
            return _unexpected(fault)


def _unexpected(fault: BaseException) -> str:
    """Write a traceback to a file; return a sentence that names the file."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="mailer-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(fault, file=file)
    return (
        f"an unexpected fault ({type(fault).__name__}); please send the file"
        f" {file.name} to the people who maintain mailer"
    )
