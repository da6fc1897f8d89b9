"""Finds what writers leave in a text: lines such as `title: …`, and [À COMPLÉTER].

They would be shown as they were typed. Names that open sentences, such as `note:`, are
words; so is each with a capital, `Place: Paris`.
"""

import re
from collections.abc import Iterator

from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.markup import fences
from mailer.rendering.source import Block, Translation

# the lines of `_layout/blocks.toml`, but for words that open a sentence
NAMES = {
    *("title", "date", "until", "time", "place", "contact", "link", "label"),
    *("organisation", "sectors", "asked", "number", "addressees", "languages"),
    *("editions", "weight", "file", "alt", "caption", "credit", "who", "function"),
    *("logo", "reference"),
}
_LINE = re.compile(r"([a-z]{2,20})\s?:\s{1,9}\S")
_HAVE_FORMS = {"agenda", "people", "table"}  # with lines of their own


_TO_FILL = (  # words of a note to oneself, within brackets
    r"insert|complete|fill|add |date|place|venue|amount|title|link|tb[cd]|to be |xx"
    r"|name|(?:à )?compl[ée]t|ins[ée]r|ajout|à confirmer|à pr[ée]ciser|à venir"
    r"|lieu|montant|titre|lien|nom |inserte|añad|fecha|lugar|por confirmar|título"
    r"|enlace|nombre|встав|заполн|указать|уточн|дата|место|ссылк|название"
    r"|填|插入|待|日期|地点|链接|أدخل|يُ?ستكمل|التاريخ|المكان|رابط|يحدد لاحق"
)
_UNFINISHED = re.compile(
    rf"\[(?:\s?\.\.\.|\s?…)?\s?(?:{_TO_FILL})[^\[\]\n]{{0,60}}\](?![(\[:])"
    rf"|【(?:{_TO_FILL})[^】\n]{{0,30}}】|[（(]待[^）)\n]{{1,12}}[）)]"
    r"|(?<![\w./@:-])(?:X{3,}|(?-i:T[O0]DO|(?-i:TK+)|FIXME)|lorem ipsum)(?![\w./@-])"
    r"|(?<!\S)\?{3,}(?!\w)",
    re.IGNORECASE,
)


def check_unfinished(translation: Translation) -> Iterator[Problem]:
    """Ask about each note to the writer that was hardly meant for readers."""
    language = translation.language
    for name in ("subject", "preheader"):
        if found := _UNFINISHED.search(getattr(translation, name)):
            yield _note(found, language, f"{translation.where}, {name}")
    for block in translation.blocks:
        for name, value in {"title": block.title, **block.fields}.items():
            if found := _UNFINISHED.search(value):
                yield _note(found, language, block.line_of(name))
        for number, line in enumerate(block.text.split("\n")):
            if found := _UNFINISHED.search(line):
                yield _note(found, language, block.line(number))


def _note(found: re.Match[str], language: str, where: str) -> Problem:
    what = f"found {found[0]!r}, which reads like a note to the writer; is it meant?"
    return problem.warning(language, where, what)


def check_stray_lines(translation: Translation) -> Iterator[Problem]:
    """Yield an error for each such line."""
    for block in translation.blocks:
        if ":" in block.text and block.type not in _HAVE_FORMS:
            yield from _check(block, translation.language)


def _check(block: Block, language: str) -> Iterator[Problem]:
    fence = ""
    for number, line in enumerate(block.text.split("\n")):
        before, fence = fence, fences.after(line, fence)
        name = _LINE.match(line)
        if before or fence or name is None or name[1] not in NAMES:
            continue
        what = f"a block {block.type} has no line {name[1]}, so it would be shown as"
        remedy = f"remove {name[1]}: or write {name[1]}\\: in the text"
        yield problem.error(language, block.line(number), f"{what} typed; {remedy}")
