"""Marks every test by what it needs, and by whether it is quick.

`postgresql`, `browser`, `shared`: it needs one of these, or a fixture that tests share,
as its fixtures and parameters say. `quick`: it needs none of them, and took a fifth of
a second at most when it last ran here. A test that never ran counts as quick. The times
are kept in pytest's cache, in .pytest_cache; without it every time is unknown.
"""

import pytest

QUICK = 0.2  # seconds of the test itself, without its fixtures
TIMES = "liaison/seconds"
CHEAP = {"founded"}  # the one shared fixture that is made in a second


class Marking:
    """The pytest plugin that keeps the times and sets the marks."""

    def __init__(self, config: pytest.Config) -> None:
        cache = getattr(config, "cache", None)  # a run may be without
        self._cache: pytest.Cache | None = cache
        self._seconds: dict[str, float] = cache.get(TIMES, {}) if cache else {}
        self._keeps = not hasattr(config, "workerinput")  # xdist's first process does

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Set the marks before `-m` is read."""
        for item in items:
            if isinstance(item, pytest.Function):
                for mark in self._marks(item):
                    item.add_marker(mark)

    def _marks(self, item: pytest.Function) -> set[str]:
        callspec = getattr(item, "callspec", None)
        values = (
            [each for each in callspec.params.values() if isinstance(each, str)]
            if callspec
            else []
        )
        marks = {
            mark
            for mark, fixture in (("postgresql", "cluster"), ("browser", "browser"))
            if fixture in item.fixturenames or mark in values
        }
        if shares(item):
            marks.add("shared")
        slow = self._seconds.get(item.nodeid, 0.0) > QUICK
        return marks if marks or slow else {"quick"}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep how long a test took; which one pays for a shared fixture differs."""
        if report.when == "call" and report.passed:
            self._seconds[report.nodeid] = round(report.duration, 2)

    def pytest_sessionfinish(self) -> None:
        """Write the times for the next run."""
        if self._cache and self._keeps:
            self._cache.set(TIMES, self._seconds)


def shares(item: pytest.Function) -> bool:
    """Whether a test uses a fixture of ours that several tests share."""
    return any(
        each.scope != "function" and each.baseid  # those of plugins have none
        for name, found in item._fixtureinfo.name2fixturedefs.items()
        for each in found
        if name not in CHEAP
    )
