"""What takes long is counted once for all who ask, and kept with its time."""

import asyncio

import pytest

from mailer import clock
from mailer.reports.figures import kept
from mailer.reports.figures.kept import KeptFigures

pytestmark = pytest.mark.usefixtures("_at_any_speed")


class Slow:
    """Counts on when it is let; says how often it was asked."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.asked = 0
        self.fails: Exception | None = None

    async def count(self) -> int:
        """Return how often it was asked, once it is let."""
        self.asked += 1
        await self.let.wait()
        if self.fails:
            raise self.fails
        return self.asked


@pytest.fixture
def _at_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "PATIENCE", 0.01)
    monkeypatch.setattr(kept, "QUICK", 0.0)
    monkeypatch.setattr(kept, "SHARE", 0.0)
    monkeypatch.setattr(kept, "SOONEST", 60.0)


async def _ended(figures: KeptFigures, slow: Slow, version: str | None = None) -> int:
    """Let it count, and return what is kept then."""
    slow.let.set()
    while True:
        found = await figures.get("one", slow.count, version=version)
        if found is not None and not found.renewing:
            return found.value
        await asyncio.sleep(0)


async def _renewed(figures: KeptFigures, slow: Slow) -> None:
    """Wait until a second count is kept."""
    while True:
        found = await figures.get("one", slow.count)
        if found is not None and found.value > 1:
            return await figures.close()
        await asyncio.sleep(0)


async def test_many_who_ask_share_one_count_and_are_not_held_up() -> None:
    figures, slow = KeptFigures(), Slow()
    began = clock.now()

    asked = [figures.get("one", slow.count) for _ in range(500)]
    assert set(await asyncio.gather(*asked)) == {None}
    assert await _ended(figures, slow) == 1
    later = await figures.get("one", slow.count)

    assert slow.asked == 1
    assert later is not None
    assert began <= later.at <= clock.now()


async def test_an_old_count_is_shown_as_old_while_it_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    figures, slow = KeptFigures(), Slow()
    assert await _ended(figures, slow) == 1
    slow.let.clear()
    monkeypatch.setattr(kept, "SOONEST", 0.0)

    old = await figures.get("one", slow.count)
    assert old is not None
    assert (old.value, old.renewing) == (1, True)

    slow.let.set()
    await asyncio.wait_for(_renewed(figures, slow), 10)


async def test_another_version_is_never_taken_for_this_one() -> None:
    figures, slow = KeptFigures(), Slow()
    assert await _ended(figures, slow, "draft") == 1
    slow.let.clear()

    other = await figures.get("one", slow.count, version="approved")
    assert other is not None
    assert other.renewing
    assert await _ended(figures, slow, "approved") == 2


async def test_a_count_of_an_hour_ago_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    figures, slow = KeptFigures(), Slow()
    assert await _ended(figures, slow) == 1
    slow.let.clear()
    monkeypatch.setattr(kept, "LASTS", 0.0)

    assert await figures.get("one", slow.count) is None
    await figures.close()


async def test_a_count_that_fails_is_said_once_and_then_made_again() -> None:
    figures, slow = KeptFigures(), Slow()
    slow.fails = ValueError("no store")

    with pytest.raises(ValueError, match="no store"):
        await _ended(figures, slow)
    slow.fails = None
    assert await _ended(figures, slow) == 2


async def test_no_count_goes_on_when_the_pages_end() -> None:
    figures, slow = KeptFigures(), Slow()
    assert await figures.get("one", slow.count) is None

    await figures.close()

    assert len(asyncio.all_tasks()) == 1
