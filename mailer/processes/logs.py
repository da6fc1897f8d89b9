"""The one log of every process: JSON, one object a line, or sentences for a person.

All lines go to stderr: ours, those of libraries, warnings, and exceptions that nothing
caught. A line has no traceback, address, token or password. What cannot be written, for
example to a full disk, is lost; the process goes on.
"""

import asyncio
import importlib
import json
import logging
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, cast
from zoneinfo import ZoneInfo

import structlog

import mailer
from audiences import characters
from mailer import clock
from mailer.errors import first_fault
from mailer.local_times import in_zone
from mailer.outcomes.redaction import without_secrets
from mailer.processes import log_sentences

LONGEST = 500  # characters of one value
OURS = ("mailer", "audiences", "scheduler")
POOL = "sqlalchemy.pool"
log = structlog.get_logger()
Line = structlog.typing.EventDict


@dataclass
class Style:
    """How the lines of this process look."""

    process: str = ""  # the command that runs for long; empty: any other
    json: bool = False
    zone: ZoneInfo | None = None  # of the site, for people; None: UTC


style = Style()


def choose(process: str, *, json: bool) -> None:
    """Begin the log of a process that runs for long."""
    style.process, style.json = process, json


@contextmanager
def to_stderr() -> Iterator[None]:
    """Log to stderr; a command that does not run for long logs warnings only."""
    style.process, style.json = "", False
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            _only_warnings,
            _with_fault,
            _without_secrets,
            _rendered,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _Lines(),
    )
    library = _Library(logging.WARNING)
    logging.getLogger().addHandler(library)
    before = sys.excepthook, threading.excepthook, warnings.showwarning
    sys.excepthook = _uncaught
    threading.excepthook = lambda fault: _uncaught(
        fault.exc_type, fault.exc_value, fault.exc_traceback
    )
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        sys.excepthook, threading.excepthook, warnings.showwarning = before
        logging.getLogger().removeHandler(library)
        structlog.reset_defaults()
        style.process, style.json, style.zone = "", False, None


@contextmanager
def life(about: str) -> Iterator[None]:
    """Log the start of a process, with what it is about, and its end."""
    version, pid = mailer.__version__, os.getpid()
    log.info("process.started", about=about, version=version, pid=pid)
    yield
    log.info("process.stopped")


class _Lines:
    """Writes lines to stderr."""

    def info(self, line: str) -> None:
        with suppress(OSError, ValueError):  # ValueError: stderr is closed
            print(line, file=sys.stderr, flush=True)

    debug = warning = error = critical = exception = info


class _Library(logging.Handler):
    """Passes on the lines of libraries, and warnings of Python."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a line of a library."""
        fault = record.exc_info[1] if record.exc_info else None
        cancelled = isinstance(fault, asyncio.CancelledError)
        if cancelled and record.name.startswith(POOL):
            return  # a stop came while an act ended; the pool closes its connection
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        write = log.error if record.levelno >= logging.ERROR else log.warning
        write(
            "library.line",
            library=record.name,
            text=text,
            exc_info=record.exc_info or None,
        )


def _uncaught(
    _kind: type[BaseException],
    fault: BaseException | None,
    _trace: TracebackType | None,
) -> None:
    log.error("process.fault", exc_info=fault)


def _only_warnings(_logger: Any, method: str, line: Line) -> Line:
    if method == "info" and not style.process:
        raise structlog.DropEvent
    return line


def _with_fault(_logger: Any, _method: str, line: Line) -> Line:
    """Replace an exception by its type, message and place."""
    fault = line.pop("exc_info", None)
    if isinstance(fault, tuple):
        fault = fault[1]
    if fault is True:
        fault = sys.exc_info()[1]
    if isinstance(fault, BaseException):
        return describe(fault) | dict(line)
    return line


def describe(fault: BaseException) -> dict[str, str]:
    """Return the type, message and place of an exception: in our code, if it was there.

    The message of a fault of the store has no statement and no values.
    """
    if isinstance(fault, BaseExceptionGroup):
        fault = first_fault(fault)
    frames = [
        (frame.f_globals.get("__name__", "?"), line)
        for frame, line in traceback.walk_tb(fault.__traceback__)
    ]
    ours = [each for each in frames if each[0].split(".")[0] in OURS]
    place = (ours or frames or [("?", 0)])[-1]
    said = fault_of_store(fault) or fault
    return {
        "fault": type(fault).__name__,
        "reason": str(said),
        "place": f"{place[0]}:{place[1]}",
    }


def fault_of_store(fault: BaseException) -> Exception | None:
    """Return the error of the store without statement and values; None for others.

    It is imported by its name, so that commands without a store start without it.
    """
    if type(fault).__module__ != "sqlalchemy.exc":
        return None
    faults = importlib.import_module("mailer.store.faults")
    if not isinstance(fault, faults.DBAPIError):
        return None
    return cast(Exception, faults.store_error(fault))


def _without_secrets(_logger: Any, _method: str, line: Line) -> Line:
    return {key: _clean(value) for key, value in line.items()}


def _clean(value: Any) -> Any:
    """Return a value for the log: numbers as they are, all else as clean text."""
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(key): _clean(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(each) for each in value]
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            text = without_secrets(str(value))
            return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _rendered(_logger: Any, _method: str, line: Line) -> str:
    """Return the line as it is written."""
    now = clock.now()
    if style.json:
        head = {
            "timestamp": now.isoformat(timespec="milliseconds"),
            "level": line.pop("level"),
            "process": style.process,
        }
        text = json.dumps(head | dict(line), ensure_ascii=False, default=str)
        return characters.escaped_json(text)
    sentence = characters.for_terminal(for_people(log_sentences.sentence(line)))
    at = f"{now.astimezone(style.zone):%H:%M:%S}"
    return f"{at} {sentence}" if style.process else f"mailer: {sentence}"


def for_people(sentence: str) -> str:
    """Return a sentence whose times are in the zone of the site, once that is known."""
    return in_zone(sentence, style.zone) if style.zone else sentence
