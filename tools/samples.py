"""The sample letters rendered by the pure `render`, without a store."""

from functools import cache

from mailer.campaigns.writing import folder, parsing
from mailer.rendering import letter_types, template_files
from mailer.rendering.language.catalogues import Catalogue, load_all
from mailer.rendering.render import render
from mailer.rendering.source import Letter, Source
from mailer.rendering.template_files import TemplateFiles
from tools.checkout import TEMPLATES

SAMPLES = sorted(
    (path.parent.parent.name, path.stem) for path in TEMPLATES.glob("*/sample/*.md")
)


@cache
def templates() -> TemplateFiles:
    """Return the template files of the checkout."""
    return template_files.read(TEMPLATES)


@cache
def catalogues() -> dict[str, Catalogue]:
    """Return the catalogues of the checkout."""
    return load_all(templates())


def source(name: str, language: str, *, wanted: str | None = None) -> Source:
    """Return what a sample letter says in one language."""
    written = folder.read(TEMPLATES / name / "sample")
    kind = letter_types.load(templates(), name)
    translation = parsing.parse(
        written.texts[language],
        language=language,
        types=letter_types.block_types(templates()),
        allowed=kind.blocks,
        where=f"{language}.md",
    )
    return Source(
        template=name,
        catalogue=catalogues()[language],
        wanted=catalogues()[wanted] if wanted else None,
        subject=translation.subject,
        preheader=translation.preheader,
        blocks=translation.blocks,
        reference=written.reference,
        day=written.day,
        sender_name="Sender & Co",
        postal="7 place de Fontenoy",
        topic_name="Topic",
        site_url="https://letters.example",
    )


@cache
def letter(name: str, language: str, wanted: str | None = None) -> Letter:
    """Render a sample letter."""
    return render(source(name, language, wanted=wanted), templates())
