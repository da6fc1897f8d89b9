"""The pytest plugin of the recording: it tells statements which test they belong to."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.mutate import recorder
from tools.mutate.copies import PRODUCT

OURS = {*PRODUCT, "tests", "tools"}


def _line(name: str, value: object) -> None:
    """Append one document to a file of this process."""
    path = Path(os.environ[recorder.FOLDER]) / f"{name}-{os.getpid()}"
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(value) + "\n")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Function) -> Iterator[None]:
    """Give every statement to this test; caches hold nothing that it would not run."""
    _forget()
    recorder.begin(item.nodeid)
    result = yield
    recorder.begin(recorder.NONE)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
    """What a shared fixture runs belongs to every test that uses it."""
    if not _shared(fixturedef):
        return (yield)
    test = os.environ[recorder.TEST]
    recorder.begin(_name(fixturedef))
    try:
        return (yield)
    finally:
        recorder.begin(test)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Function) -> None:
    """Keep which shared fixtures a test used, those it asked for as it ran too."""
    used = item._request._fixture_defs.values()
    _line("uses", [item.nodeid, [_name(each) for each in used if _shared(each)]])


def _shared(fixturedef: pytest.FixtureDef[Any]) -> bool:
    return fixturedef.scope != "function"


def _name(fixturedef: pytest.FixtureDef[Any]) -> str:
    return f"{fixturedef.baseid}::{fixturedef.argname}"


def _forget() -> None:
    """Empty the caches of the product, so that each test runs what it relies on."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in PRODUCT:
            for each in list(vars(module).values()):
                if hasattr(each, "cache_clear"):
                    each.cache_clear()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep how long each phase of a test took, and whether it failed."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        _line("times", [report.nodeid, report.duration, report.failed])


def pytest_sessionfinish() -> None:
    """Keep which modules the tests import that are not ours."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        names = [each for each in sys.modules if each.split(".")[0] not in OURS]
        _line("modules", names)
