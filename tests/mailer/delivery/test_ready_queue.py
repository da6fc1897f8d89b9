"""Messages that wait for a connection: composed together, given back when late."""

from mailer.clock import uptime
from mailer.delivery.prepare import Prepared, Preparer
from mailer.delivery.ready_queue import LASTING, ReadyQueue
from mailer.delivery.smtp.outgoing import SOON
from mailer.outbox.claim import Claimed
from mailer.sites.site import Site


def without_a_letter(number: int) -> Prepared:
    row = (number, 1, 1, 1, f"{number}@reader.example", None)
    return Prepared(Claimed(*row, "An organisation"), None)


async def test_what_is_late_goes_back_without_being_composed(site: Site) -> None:
    """Composing these would fail, so those that were tried are known."""
    late: list[int] = []
    spoilt: list[tuple[int, str]] = []
    stock = ReadyQueue(
        Preparer(site),
        start=8,
        most=8,
        late=late.append,
        spoilt=lambda row, why: spoilt.append((row.id, why)),
    )
    early, now = uptime() - SOON - 1, uptime()
    stock.put([without_a_letter(1)], marked_at=early, put_at=early, more=False)
    stock.put([without_a_letter(2)], marked_at=now, put_at=now, more=False)

    assert stock.next() is None
    assert late == [1]
    assert spoilt == [(2, "its letter is not in the store")]
    assert (len(stock), stock.ahead) == (0, 4)


async def test_a_store_that_took_long_to_mark_has_not_made_it_late(site: Site) -> None:
    """Else a store that is slow for long would have everything marked in vain."""
    late: list[int] = []
    stock = ReadyQueue(
        Preparer(site),
        start=8,
        most=8,
        late=late.append,
        spoilt=lambda _row, _why: None,
    )
    now = uptime()
    stock.put([without_a_letter(1)], marked_at=now - 9, put_at=now, more=False)
    stock.next()

    assert late == []


def shelf(site: Site, *, most: int) -> ReadyQueue:
    """Make a stock that begins with four marked messages and tells nobody."""
    return ReadyQueue(
        Preparer(site),
        start=4,
        most=most,
        late=lambda _number: None,
        spoilt=lambda _row, _why: None,
    )


async def test_more_is_marked_until_marks_last(site: Site) -> None:
    stock = shelf(site, most=100)
    now, seen = uptime(), []
    stock.put([without_a_letter(0)], marked_at=now, put_at=now, more=True)
    for number, lasted in enumerate((0.5, 0.9, 1.1, 5.0), start=1):
        now += LASTING * lasted
        stock.put([without_a_letter(number)], marked_at=now, put_at=now, more=True)
        seen.append(stock.ahead)

    assert seen == [12, 18, 18, 18]


async def test_no_more_is_marked_than_configured_or_due(site: Site) -> None:
    now = uptime()
    hungry, alone = shelf(site, most=7), shelf(site, most=7)
    for number in range(5):
        hungry.put([without_a_letter(number)], marked_at=now, put_at=now, more=True)
        alone.put([without_a_letter(number)], marked_at=now, put_at=now, more=False)

    assert (hungry.ahead, alone.ahead) == (7, 4)
