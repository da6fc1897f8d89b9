"""What a machine can see in a rendered letter: problems with place and remedy.

Pure: it reads what `render` made and what the author wrote.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from mailer.rendering import marks
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.markup import markdown
from mailer.rendering.markup.markdown import Reference, ReferenceKind
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


def check_text(translation: Translation, *, host: str) -> Iterator[Problem]:
    """Check what an author wrote in one language; `host` is the site's own."""
    yield from _check_subject(translation)
    for block in translation.blocks:
        for place in marks.unknown_places(f"{block.title} {block.text}"):
            lines = enumerate(block.text.split("\n"))
            here = next((n for n, line in lines if f"{{{place}}}" in line), None)
            where = block.where if here is None else block.line(here)
            what = f"no field {{{place}}} exists"
            yield problem.error(translation.language, where, what)
        for finding in markdown.findings(block.text):
            where = block.line(finding.line)
            yield from _check_finding(finding, translation.language, where, host)


def _check_finding(
    finding: Reference, language: str, where: str, host: str
) -> Iterator[Problem]:
    """Check a link, an image or HTML of a text."""
    shown = finding.value.strip().partition("\n")[0][:60]
    if finding.kind is ReferenceKind.HTML:
        what = f"HTML ({shown}) is not allowed; write it as Markdown"
        yield problem.error(language, where, what)
    elif finding.kind is ReferenceKind.IMAGE:
        if not finding.words:
            what = f"the image {shown} says nothing to who cannot see it"
            yield problem.error(language, where, what)
        if finding.value.startswith("cid:"):
            return  # one of the campaign's own files; it is looked for in the letter
        if not finding.value.startswith("https://"):
            yield problem.error(language, where, f"the image {shown} is not https")
        elif urlsplit(finding.value).hostname != host:
            what = f"the image {shown} lets another site know who reads"
            yield problem.error(language, where, f"{what}; put it on {host}")
    elif not finding.value.startswith(("https://", "mailto:")):
        what = f"the link {shown!r} is not https or mailto"
        yield problem.error(language, where, what)
    elif finding.words.lower().strip(" .:»›>") in VAGUE:
        what = f"the link “{finding.words}” says nothing by itself; say where it leads"
        yield problem.warning(language, where, what)


def _check_subject(translation: Translation) -> Iterator[Problem]:
    language, where = translation.language, f"{translation.where}, subject"
    length = len(translation.subject)
    if length > MAX_SUBJECT:
        what = f"{length} characters, at most {MAX_SUBJECT}"
        yield problem.error(language, where, what)
    elif length > LONG_SUBJECT:
        what = f"{length} characters; phones show about 40"
        yield problem.warning(language, where, what)
    if not translation.preheader:
        what = "no preheader; add a line"
        yield problem.warning(language, translation.where, what)
    for text in (translation.subject, translation.preheader):
        if "{" in text:
            what = "a subject is the same for every reader"
            yield problem.error(language, where, what)


def check_letter(letter: Letter, *, leaving: bool) -> Iterator[Problem]:
    """Check one rendered letter."""
    size = len(letter.html.encode())
    if size > MAX_HTML:
        what = (
            f"{size / 1000:.0f} KB of HTML, at most {MAX_HTML / 1000:.0f};"
            " shorten it or put texts online"
        )
        yield problem.error(letter.language, "letter", what)
    elif size > WARN_HTML:
        what = f"{size / 1000:.0f} KB of HTML, near the limit"
        yield problem.warning(letter.language, "letter", what)
    if leaving:
        mark = marks.mark(marks.Field.UNSUBSCRIBE)
        for part, text in (("HTML", letter.html), ("text", letter.text)):
            if mark not in text:
                what = f"the {part} part has no link to leave the letter"
                yield problem.error(letter.language, "letter", what)
