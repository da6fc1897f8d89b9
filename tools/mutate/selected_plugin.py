"""The pytest plugin of a trial: it runs the chosen tests in their order, no others."""

import json
import os
from pathlib import Path

import pytest

CHOSEN = "LIAISON_MUTATE_CHOSEN"
FAILED = "LIAISON_MUTATE_FAILED"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the chosen tests."""
    chosen = json.loads(Path(os.environ[CHOSEN]).read_text(encoding="utf-8"))
    found = {item.nodeid: item for item in items}
    items[:] = [found[each] for each in chosen if each in found]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write down which test failed."""
    if report.failed:
        Path(os.environ[FAILED]).write_text(report.nodeid, encoding="utf-8")
