"""One log: each line is one JSON object, without addresses, tokens or passwords."""

import logging
import sys
import threading
import warnings
from pathlib import Path

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from mailer.errors import MailerError
from mailer.processes import logs
from tests.acts import lines

ADDRESS = "canary@secret.example.org"
TOKEN = "AQAAAAAAAAAAKdTg9pKq3J1yUo8rV2xLwYzB5cNf"  # of a former link, the shortest
RETURN_PATH = "r-01000000000000002a7f3c9d1e5b8a6420cd"
log = structlog.get_logger()


@pytest.fixture
def store() -> str:
    """Run once: there is no store."""
    return "sqlite"


def logged(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was written to the log since the last call."""
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_lines_of_libraries_warnings_and_uncaught_faults_are_objects(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails() -> None:
        raise ValueError("two\nlines")

    with logs.to_stderr():
        logs.choose("serve", json=True)
        logging.getLogger("uvicorn.error").error("Invalid %s request", "HTTP")
        try:
            fails()
        except ValueError as fault:
            logging.getLogger("asyncio").exception("Task failed")
            sys.excepthook(ValueError, fault, fault.__traceback__)
        thread = threading.Thread(target=fails)
        thread.start()
        thread.join()
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(capture=True)
            warnings.warn("old", DeprecationWarning, stacklevel=1)
    found = lines.read(logged(capsys))

    assert [(each["event"], each["level"], each["process"]) for each in found] == [
        ("library.line", "error", "serve"),
        ("library.line", "error", "serve"),
        ("process.fault", "error", "serve"),
        ("process.fault", "error", "serve"),
        ("library.line", "warning", "serve"),
    ]
    assert (found[0]["library"], found[0]["text"]) == (
        "uvicorn.error",
        "Invalid HTTP request",
    )
    assert found[2]["fault"] == "ValueError"
    assert found[2]["reason"] == "two\nlines"
    assert found[2]["place"].rpartition(":")[2].isdecimal()
    assert "DeprecationWarning" in found[4]["text"]


@pytest.mark.parametrize("secret", [ADDRESS, TOKEN, RETURN_PATH, "hunter2hunter2"])
def test_no_line_has_an_address_a_token_or_a_password(
    capsys: pytest.CaptureFixture[str], secret: str
) -> None:
    password = secret.startswith("hunter")
    text = f"password={secret}" if password else f"of {secret}, see /u/{secret}"
    url = f"postgresql://liaison:{secret}@db.example.org/liaison"
    with logs.to_stderr():
        for json in (True, False):
            logs.choose("serve", json=json)
            log.warning("letter.unusable", letter=text, kind=[text, {"of": text}])
            log.error("process.fault", exc_info=MailerError(f"{text} {url}"))
            log.warning("unknown.event", text=url)
            logging.getLogger("library").error(text)
    written = logged(capsys)

    assert len(written.splitlines()) == 8
    assert secret not in written
    assert "<…>" in written


def test_a_fault_of_the_store_shows_neither_statement_nor_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fault = OperationalError(
        "SELECT a FROM contact", {"name": "Ana"}, Exception("away")
    )
    with logs.to_stderr():
        logs.choose("serve", json=True)
        log.error("page.fault", exc_info=ExceptionGroup("", [fault]))
    (line,) = lines.read(logged(capsys))

    assert (line["fault"], line["reason"]) == (
        "OperationalError",
        "the store cannot be used: away",
    )


def test_a_person_gets_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    with logs.to_stderr():
        logs.choose("serve", json=False)
        log.info("campaign.finished", campaign=3, totals={"accepted": 9, "refused": 1})
        log.info("relay.back", relay="spare", domain="")
    first, second = logged(capsys).splitlines()

    assert first[8:] == " campaign 3 is finished: 9 accepted, 1 refused"
    assert second[8:] == " the relay spare works again"


def test_other_commands_log_warnings_only_and_never_to_stdout(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with logs.to_stderr():
        log.info("campaign.released", campaign=3, messages=9)
        log.warning("campaign.paused", campaign=3, reason="a relay refuses")

    assert logged(capsys) == "mailer: campaign 3 is paused: a relay refuses\n"


def test_a_log_whose_reader_is_gone_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with logs.to_stderr(), (tmp_path / "log").open("w") as closed:
        closed.close()
        monkeypatch.setattr(sys, "stderr", closed)
        log.warning("campaign.paused", campaign=3, reason="a relay refuses")
