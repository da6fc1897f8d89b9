"""Messages that wait for a connection: composed in batches, given back when late."""

from mailer.clock import uptime
from mailer.delivery.prepare import Prepared, Preparer
from mailer.delivery.ready_queue import MARKS_LAST, ReadyQueue
from mailer.delivery.smtp.outgoing import MAX_WAIT
from mailer.outbox.claim import Claimed
from mailer.sites.site import Site


def without_a_letter(number: int) -> Prepared:
    row = (number, 1, 1, 1, f"{number}@reader.example", None)
    return Prepared(Claimed(*row, "An organisation", ""), None)


async def test_a_late_message_is_given_back_without_being_composed(site: Site) -> None:
    """These messages cannot be composed, so `uncomposable` has each that was tried."""
    late: list[int] = []
    uncomposable: list[tuple[int, str]] = []
    queue = ReadyQueue(
        Preparer(site),
        start=8,
        maximum=8,
        late=late.append,
        uncomposable=lambda row, why: uncomposable.append((row.id, why)),
    )
    early, now = uptime() - MAX_WAIT - 1, uptime()
    queue.put([without_a_letter(1)], marked_at=early, put_at=early, more_due=False)
    queue.put([without_a_letter(2)], marked_at=now, put_at=now, more_due=False)

    assert queue.next() is None
    assert late == [1]
    assert uncomposable == [(2, "its letter is not in the store")]
    assert (len(queue), queue.ahead) == (0, 4)


async def test_a_message_is_not_late_because_the_store_took_long_to_mark_it(
    site: Site,
) -> None:
    """Otherwise all marks of a slow store would be in vain."""
    late: list[int] = []
    queue = ReadyQueue(
        Preparer(site),
        start=8,
        maximum=8,
        late=late.append,
        uncomposable=lambda _row, _why: None,
    )
    now = uptime()
    queue.put([without_a_letter(1)], marked_at=now - 9, put_at=now, more_due=False)
    queue.next()

    assert late == []


def queue_of_four(site: Site, *, maximum: int) -> ReadyQueue:
    """Make a queue that marks four messages ahead at first."""
    return ReadyQueue(
        Preparer(site),
        start=4,
        maximum=maximum,
        late=lambda _number: None,
        uncomposable=lambda _row, _why: None,
    )


async def test_more_is_marked_until_marks_last(site: Site) -> None:
    queue = queue_of_four(site, maximum=100)
    now, ahead = uptime(), []
    queue.put([without_a_letter(0)], marked_at=now, put_at=now, more_due=True)
    for number, lasted in enumerate((0.5, 0.9, 1.1, 5.0), start=1):
        now += MARKS_LAST * lasted
        queue.put([without_a_letter(number)], marked_at=now, put_at=now, more_due=True)
        ahead.append(queue.ahead)

    assert ahead == [12, 18, 18, 18]


async def test_no_more_is_marked_than_configured_or_due(site: Site) -> None:
    now = uptime()
    limited, enough = queue_of_four(site, maximum=7), queue_of_four(site, maximum=7)
    for number in range(5):
        limited.put(
            [without_a_letter(number)], marked_at=now, put_at=now, more_due=True
        )
        enough.put(
            [without_a_letter(number)], marked_at=now, put_at=now, more_due=False
        )

    assert (limited.ahead, enough.ahead) == (7, 4)
