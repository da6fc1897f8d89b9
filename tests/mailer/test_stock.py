"""Messages that wait for a connection: composed together, given back when late."""

from mailer.delivery.parcel import SOON, clock
from mailer.delivery.prepare import Prepared, Preparer
from mailer.delivery.stock import Stock
from mailer.outbox.claim import Claimed
from mailer.site import Site


def without_a_letter(number: int) -> Prepared:
    row = (number, 1, 1, 1, f"{number}@reader.example", None)
    return Prepared(Claimed(*row, "An organisation"), None)


async def test_what_is_late_goes_back_without_being_composed(site: Site) -> None:
    """Composing these would fail, so those that were tried are known."""
    late: list[int] = []
    spoilt: list[tuple[int, str]] = []
    stock = Stock(
        Preparer(site),
        start=8,
        most=8,
        late=late.append,
        spoilt=lambda row, why: spoilt.append((row.id, why)),
    )
    stock.put([without_a_letter(1)], marked_at=clock() - SOON - 1, more=False)
    stock.put([without_a_letter(2)], marked_at=clock(), more=False)

    assert stock.next() is None
    assert late == [1]
    assert spoilt == [(2, "its letter is not in the store")]
    assert (len(stock), stock.ahead) == (0, 4)
