"""Local times that the clocks of a zone skip, or that come twice."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem


def check(
    local: datetime, place: ZoneInfo, *, language: str, where: str, name: str = ""
) -> Iterator[Problem]:
    """Yield an error for a local time that does not exist, a question for one of two.

    `name` is what the time is called in its file, such as start.
    """
    first, second = (local.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return
    written = f"{name} {local:%Y-%m-%d %H:%M}".strip()
    back = first.astimezone(UTC).astimezone(place).replace(tzinfo=None)
    if back != local:
        what = (
            f"{written} does not exist in {place.key}: the clocks skip it; write the"
            f" hour that is meant, such as {back:%H:%M}"
        )
        yield problem.error(language, where, what)
        return
    what = (
        f"{written} comes twice in {place.key}, when the clocks go back; readers are"
        f" given the first, {first.astimezone(UTC):%H:%M} UTC; is that right?"
    )
    yield problem.warning(language, where, what)
