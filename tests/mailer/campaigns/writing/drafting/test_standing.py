"""A save is taken if its page has seen what stands; property: no word is lost."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from mailer.campaigns.writing.drafting import standing
from mailer.campaigns.writing.drafting.standing import LastSave, SaveOutcome, SaveStamp

FIRST = "first"


def stamp(base: str, page: str = "p", n: int = 1) -> SaveStamp:
    return SaveStamp(base=base, page=page, n=n)


def test_what_the_form_was_filled_with_may_be_replaced() -> None:
    assert standing.decide("a", None, stamp("a"), "b") is SaveOutcome.TAKEN
    assert standing.decide("b", None, stamp("a"), "c") is SaveOutcome.REFUSED


def test_a_page_that_saved_before_its_answer_came_does_not_conflict_with_itself() -> (
    None
):
    own = LastSave(digest="b", page="p", n=1)
    assert standing.decide("b", own, stamp("a", n=2), "c") is SaveOutcome.TAKEN
    assert standing.decide("b", own, stamp("a", "q", n=2), "c") is SaveOutcome.REFUSED


def test_the_same_save_sent_twice_is_known() -> None:
    own = LastSave(digest="b", page="p", n=1)
    assert standing.decide("b", own, stamp("a"), "b") is SaveOutcome.KNOWN


def test_a_save_that_comes_after_a_later_one_of_its_page_changes_nothing() -> None:
    own = LastSave(digest="a", page="p", n=2)
    assert standing.decide("a", own, stamp("a", n=1), "b") is SaveOutcome.REFUSED


@dataclass
class Page:
    """A page that is open: what it was filled with, and what it has seen."""

    name: str
    base: str
    n: int = 0
    seen: set[str] = field(default_factory=set)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.booleans()), max_size=30)
)
def test_interleaved_saves_lose_no_acknowledged_word(
    steps: list[tuple[int, bool, bool]],
) -> None:
    """A page may save again before its answer comes; it may also be loaded again."""
    stands, last = FIRST, None
    pages = [Page(str(number), FIRST, seen={FIRST}) for number in range(3)]
    for turn, (number, answered, loads) in enumerate(steps):
        page = pages[number]
        if loads:
            page = pages[number] = Page(f"{number}.{turn}", stands, seen={stands})
        page.n += 1
        wanted = f"words {turn}"
        made = SaveStamp(base=page.base, page=page.name, n=page.n)
        decision = standing.decide(stands, last, made, wanted)
        if decision is not SaveOutcome.TAKEN:
            assert stands not in page.seen
            continue
        assert stands in page.seen  # nothing unseen was replaced
        stands, last = wanted, LastSave(digest=wanted, page=page.name, n=page.n)
        page.seen.add(wanted)
        if answered:
            page.base = wanted
