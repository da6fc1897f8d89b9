"""Says what of a translation is missing, old, or of another shape than its source."""

from collections.abc import Collection, Iterator, Mapping

from mailer.campaigns.writing.translation import progress, shapes, units
from mailer.campaigns.writing.translation.shapes import TextShape
from mailer.campaigns.writing.translation.units import TranslationUnit
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.source import Translation

_CODE = "translation.incomplete"
_MOST_NAMED = 5


def check(
    translation: Translation,
    original: Translation,
    source: Mapping[str, TranslationUnit],
    known: Mapping[str, str],
) -> Iterator[Problem]:
    """Yield warnings of what a translation lacks.

    `source` has the units of the original, `known` is context → translated source.
    """
    language = translation.language
    translated = units.align(source, translation)
    stale = progress.stale(source, translated, known)
    missing = {*source} - {*translated}
    here = {block.id: block for block in translation.blocks}
    for block in original.blocks:
        other = here.get(block.id)
        if other is None or not (block.text and other.text):
            continue
        there, found = shapes.of(block.text), shapes.of(other.text)
        for what in _differences(found, there, block.id, original.where):
            yield problem.warning(language, other.line(0), what)
        if found.paragraphs < there.paragraphs:  # it may have two of them in one
            missing -= {
                each for each in missing if each.startswith(f"{block.id}/text/")
            }
    for what in _entries(stale, missing, source):
        yield problem.warning(language, translation.where, what, code=_CODE)


def _entries(
    stale: Collection[str], missing: Collection[str], source: Collection[str]
) -> Iterator[str]:
    """Yield how many entries are old, and how many are missing, with some of them."""
    every = len(source)
    if stale:
        count, some = len(stale), _named(stale, source)
        yield (
            "entries translated from a text that has changed,"
            f" {count} of {every}: {some}"
        )
    if missing:
        count, some = len(missing), _named(missing, source)
        yield f"entries not translated, {count} of {every}: {some}"


def _differences(
    found: TextShape, there: TextShape, block: str, where: str
) -> Iterator[str]:
    """Yield how the text of a block differs from its source, which is at `where`."""
    if found.paragraphs != there.paragraphs:
        here, other = found.paragraphs, there.paragraphs
        yield f"paragraphs in the text of {block}: {here}, and {other} in {where}"
    if found.items != there.items:
        here, other = found.items, there.items
        yield f"items of lists in the text of {block}: {here}, and {other} in {where}"
    elif found.levels != there.levels:
        yield (
            f"items of lists in the text of {block} stand at other levels than in"
            f" {where}"
        )
    if found.rows != there.rows:
        here, other = found.rows, there.rows
        yield f"rows in the table of {block}: {here}, and {other} in {where}"


def _named(contexts: Collection[str], source: Collection[str]) -> str:
    """Name some of the entries, in the order of the source."""
    named = [each for each in source if each in contexts]
    more = ["…"] if len(named) > _MOST_NAMED else []
    return ", ".join(named[:_MOST_NAMED] + more)


def remarks(
    name: str,
    lines: Mapping[str, int],
    source: Mapping[str, TranslationUnit],
    translated: Mapping[str, str],
    known: Mapping[str, str],
) -> Iterator[str]:
    """Yield a sentence for each entry that is still to do after an import.

    `lines` has the line of each entry of the file, whose name is `name`.
    """
    stale = progress.stale(source, translated, known)
    for context in source:
        line = lines.get(context)
        where = name if line is None else f"{name}, line {line}"
        if context in stale:
            what = "is translated from a text that has changed; export it again"
        elif context in translated:
            continue
        elif line is None:
            what = "is not in this file, which is older than the text; export it again"
        else:
            what = "is not translated"
        yield f"{where}: {context} {what}"
