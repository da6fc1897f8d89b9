"""Room for streams of live figures: for all users, and for one with many tabs."""

from contextlib import ExitStack

from mailer.web.streams import MOST, MOST_OF_USER, OpenStreams


def test_a_hundred_tabs_of_one_user_leave_room_for_others() -> None:
    streams = OpenStreams()
    with ExitStack() as tabs:
        rooms = [tabs.enter_context(streams.another("ada")) for _ in range(100)]
        with streams.another("ben") as has_room:
            assert has_room
    with streams.another("ada") as again:
        assert again

    assert rooms == [True] * MOST_OF_USER + [False] * (100 - MOST_OF_USER)


def test_all_users_together_have_a_limit() -> None:
    streams = OpenStreams()
    with ExitStack() as tabs:
        rooms = [tabs.enter_context(streams.another(f"{n}")) for n in range(MOST + 1)]

    assert rooms == [True] * MOST + [False]
