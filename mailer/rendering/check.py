"""What a machine can see in a rendered letter: problems with place and remedy.

Pure: it reads what `render` made and what the author wrote. An error blocks approval;
a warning is for the approver's eye.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from mailer.rendering import markdown, merge
from mailer.rendering.markdown import Finding, Kind
from mailer.rendering.source import Letter, Translation

MAX_HTML = 102_000  # octets; beyond, Gmail clips and the footer is lost
WARN_HTML = 90_000
MAX_SUBJECT = 120  # characters
LONG_SUBJECT = 80
# words of a link that mean nothing when read alone, as screen readers list them
VAGUE = {
    *("here", "click here", "this link", "link", "more"),
    *("ici", "cliquez ici", "ce lien", "lien", "en savoir plus"),
    *("aquí", "haga clic aquí", "este enlace", "enlace", "más"),
    *("هنا", "اضغط هنا", "انقر هنا", "الرابط", "المزيد"),
    *("здесь", "тут", "нажмите здесь", "ссылка", "подробнее"),
    *("这里", "此处", "点击这里", "点击此处", "链接", "更多"),
}


class Level(StrEnum):
    """How grave a problem is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong, and where."""

    level: Level
    language: str
    where: str
    what: str


def problem(level: Level, language: str, where: str, what: str) -> Problem:
    """Return a problem said in this order."""
    return Problem(level=level, language=language, where=where, what=what)


def check_text(translation: Translation, *, host: str) -> Iterator[Problem]:
    """Check what an author wrote in one language; `host` is the site's own."""
    yield from _check_subject(translation)
    for block in translation.blocks:
        for place in merge.unknown_places(f"{block.title} {block.text}"):
            lines = enumerate(block.text.split("\n"))
            here = next((n for n, line in lines if f"{{{place}}}" in line), None)
            where = block.where if here is None else block.line(here)
            yield _error(translation, where, f"no field {{{place}}} exists")
        for finding in markdown.findings(block.text):
            for level, what in _check_finding(finding, host):
                yield Problem(
                    level=level,
                    language=translation.language,
                    where=block.line(finding.line),
                    what=what,
                )


def _check_finding(finding: Finding, host: str) -> Iterator[tuple[Level, str]]:
    """Check a link, an image or HTML of a text."""
    shown = finding.value.strip().partition("\n")[0][:60]
    if finding.kind is Kind.HTML:
        yield Level.ERROR, f"HTML ({shown}) is not allowed; write it as Markdown"
    elif finding.kind is Kind.IMAGE:
        if not finding.words:
            yield Level.ERROR, f"the image {shown} says nothing to who cannot see it"
        if finding.value.startswith("cid:"):
            return  # one of the campaign's own files; it is looked for in the letter
        if not finding.value.startswith("https://"):
            yield Level.ERROR, f"the image {shown} is not https"
        elif urlsplit(finding.value).hostname != host:
            yield (
                Level.ERROR,
                f"the image {shown} lets another site know who reads; put it on {host}",
            )
    elif not finding.value.startswith(("https://", "mailto:")):
        yield Level.ERROR, f"the link {shown!r} is not https or mailto"
    elif finding.words.lower().strip(" .:»›>") in VAGUE:
        yield (
            Level.WARNING,
            f"the link “{finding.words}” says nothing by itself; say where it leads",
        )


def _check_subject(translation: Translation) -> Iterator[Problem]:
    where = f"{translation.where}, subject"
    length = len(translation.subject)
    if length > MAX_SUBJECT:
        yield _error(translation, where, f"{length} characters, at most {MAX_SUBJECT}")
    elif length > LONG_SUBJECT:
        yield _warning(translation, where, f"{length} characters; phones show about 40")
    if not translation.preheader:
        yield _warning(translation, translation.where, "no preheader; add a line")
    for text in (translation.subject, translation.preheader):
        if "{" in text:
            yield _error(translation, where, "a subject is the same for every reader")


def _error(translation: Translation, where: str, what: str) -> Problem:
    return Problem(
        level=Level.ERROR, language=translation.language, where=where, what=what
    )


def _warning(translation: Translation, where: str, what: str) -> Problem:
    return Problem(
        level=Level.WARNING, language=translation.language, where=where, what=what
    )


def check_letter(letter: Letter, *, leaving: bool) -> Iterator[Problem]:
    """Check one rendered letter."""

    def problem(level: Level, what: str) -> Problem:
        return Problem(level=level, language=letter.language, where="letter", what=what)

    size = len(letter.html.encode())
    if size > MAX_HTML:
        yield problem(
            Level.ERROR,
            f"{size / 1000:.0f} KB of HTML, at most {MAX_HTML / 1000:.0f};"
            " shorten it or put texts online",
        )
    elif size > WARN_HTML:
        yield problem(Level.WARNING, f"{size / 1000:.0f} KB of HTML, near the limit")
    if leaving:
        mark = merge.mark(merge.Field.UNSUBSCRIBE)
        for part, text in (("HTML", letter.html), ("text", letter.text)):
            if mark not in text:
                yield problem(
                    Level.ERROR, f"the {part} part has no link to leave the letter"
                )
