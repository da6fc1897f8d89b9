"""Saves and removes segments. Only this module writes the table of saved segments."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError, RuleError, UnknownNameError
from audiences.record import writing
from audiences.segments import compiler, named, vocabularies
from audiences.segments.saved import SavedSegment, latest
from audiences.segments.vocabularies import Vocabulary
from audiences.store import permission
from audiences.store.permission import DirectoryRight

_NAME = re.compile(r"[a-z][a-z0-9-]{1,59}")


class SegmentError(AudienceError):
    """The segment cannot be saved or removed."""


async def save(
    session: AsyncSession,
    name: str,
    rule: str,
    *,
    by: str,
    now: datetime,
    seen: int | None = None,
) -> int:
    """Check a rule and store it as the next version of a name; return the version.

    `seen` is the version that the user saw, 0 for a new name. Raises as `check` does,
    and SegmentError if the name has another version meanwhile.
    """
    await permission.require(session, by, DirectoryRight.RULES)
    if seen is not None:
        await _require_seen(session, name, seen)
    await check(session, name, rule, now=now)
    return await _add_version(session, name, rule, by=by, now=now)


async def check(session: AsyncSession, name: str, rule: str, *, now: datetime) -> None:
    """Check a rule before it is saved.

    Raises SegmentError for a faulty name, and when a saved rule that names this one
    could no longer be used; RuleError for a faulty rule.
    """
    if _NAME.fullmatch(name) is None:
        raise SegmentError(
            f"{name!r} cannot be the name of a segment; use 2 to 60 lower-case"
            " letters, digits and hyphens, with a letter first"
        )
    vocabulary = await vocabularies.load(session)
    rules = {**vocabulary.segments, name: rule}
    context = _context(vocabulary, rules, now)
    compiler.condition(name, context)
    await named.require_known(session, [rule], context.vocabulary)
    former = [vocabulary.segments[name]] if name in vocabulary.segments else []
    named.require_in_use([rule], vocabulary, before=former)
    before = _context(vocabulary, vocabulary.segments, now)
    for other in vocabulary.segments:
        fault = _fault(other, context)
        if fault is not None and _fault(other, before) is None:
            raise SegmentError(
                f"the saved rule {other} names {name}, and could no longer be used:"
                f" {fault.sentence}"
            )


async def check_rule(session: AsyncSession, rule: str, *, now: datetime) -> None:
    """Raise RuleError if a rule cannot be used, or names what nothing has."""
    vocabulary = await vocabularies.load(session)
    context = _context(vocabulary, vocabulary.segments, now)
    compiler.condition(rule, context)
    await named.require_known(session, [rule], context.vocabulary)
    named.require_in_use([rule], vocabulary)


async def _require_seen(session: AsyncSession, name: str, seen: int) -> None:
    """Raise SegmentError unless a name has the version that a user saw."""
    query = latest(SavedSegment.version, SavedSegment.saved_by)
    row = (await session.execute(query.where(SavedSegment.name == name))).first()
    if row is None and seen:
        raise SegmentError(f"the saved rule {name} was removed meanwhile")
    if row is not None and not seen:
        raise SegmentError(f"there is a saved rule called {name} already")
    if row is not None and row.version != seen:
        raise SegmentError(
            f"{row.saved_by} changed the saved rule {name} meanwhile; read the change,"
            " then save again",
            code="changed.since",
        )


async def rename(
    session: AsyncSession, name: str, new: str, *, by: str, now: datetime
) -> None:
    """Give a saved rule another name; earlier versions stay under the former one.

    Raises SegmentError if the new name is taken or cannot be one, or the rule is in
    use, and UnknownNameError if there is no such rule.
    """
    await permission.require(session, by, DirectoryRight.RULES)
    rule = (await vocabularies.load(session)).segments.get(name)
    await remove(session, name, by=by, now=now)
    await save(session, new, rule or "", by=by, now=now, seen=0)


async def remove(session: AsyncSession, name: str, *, by: str, now: datetime) -> None:
    """Remove a named rule; its versions stay in the store.

    Raises UnknownNameError when it does not exist, SegmentError when another saved
    rule refers to it.
    """
    await permission.require(session, by, DirectoryRight.RULES)
    vocabulary = await vocabularies.load(session)
    if name not in vocabulary.segments:
        raise UnknownNameError(
            f"no segment is called {name[:80]!r}", code="segment.unknown"
        )
    others = {each: rule for each, rule in vocabulary.segments.items() if each != name}
    context = _context(vocabulary, others, now)
    for other in others:
        if _fault(other, context) is not None:
            raise SegmentError(f"{name} is used by the segment {other}")
    await _add_version(session, name, "", by=by, now=now)


def _fault(name: str, context: compiler.Context) -> RuleError | None:
    """Return why a saved rule cannot be compiled; None when it can."""
    try:
        compiler.condition(name, context)
    except RuleError as fault:
        return fault
    return None


def _context(
    vocabulary: Vocabulary, segments: Mapping[str, str], now: datetime
) -> compiler.Context:
    """Return the context to check saved rules in.

    It has one theme, so that rules on a campaign's themes compile.
    """
    return compiler.Context(
        vocabulary=replace(vocabulary, segments=segments),
        today=now.date(),
        themes=tuple(vocabulary.themes)[:1],
    )


async def _add_version(
    session: AsyncSession, name: str, rule: str, *, by: str, now: datetime
) -> int:
    last = await session.scalar(
        select(func.max(SavedSegment.version)).where(SavedSegment.name == name)
    )
    version = (last or 0) + 1
    session.add(
        SavedSegment(name=name, version=version, rule=rule, saved_at=now, saved_by=by)
    )
    try:
        await session.flush()
    except IntegrityError:
        raise SegmentError(
            f"the saved rule {name} was changed at the same moment; read it, then try"
            " again"
        ) from None
    said = {"version": version, "rule": rule}
    act = "saved" if rule else "removed"
    writing.note(session, act, f"segment {name}", by=by, at=now, detail=said)
    return version
