"""The languages of a letter: those of its pages, and those it may have."""

from audiences.errors import AudienceError
from audiences.naming import names
from mailer.campaigns.writing import text_files
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.errors import NotFoundError
from mailer.web.console.guard import Visit

NO_LANGUAGE = "“%(given)s” is no language that letters are written in here."
STRINGS = (NO_LANGUAGE,)


def tag_of(asked: Visit, given: str) -> str:
    """Return a language that letters are written in; raise NotFoundError for others."""
    try:
        return text_files.known(given)
    except AudienceError:
        sentence = asked.words.text(NO_LANGUAGE, given=given[:40])
        raise NotFoundError(sentence) from None


def tags(asked: Visit, opened: DraftDesk) -> list[tuple[str, str, bool]]:
    """Return the languages of a letter, with those it may have: written or not.

    They are in the order of all pages, the one it is translated from first.
    """
    default = opened.campaign.default_language
    found = dict.fromkeys([default, *asked.site.catalogues, *opened.drafts])
    return [
        (tag, asked.words.language_name(tag), tag in opened.drafts) for tag in found
    ]


def typed(asked: Visit, cell: str) -> str:
    """Return the languages of a cell, such as “fr en”, by name: français, anglais.

    They stay codes where a name would not be read back as its code.
    """
    tags = cell.split()
    shown = [asked.words.language_name(tag) for tag in tags]
    return ", ".join(shown) if [*map(names.language, shown)] == tags else cell
