"""Puts reasons into words, with sentences of the catalogues and names."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory
from audiences.institution import REGIONS
from audiences.languages import Names
from audiences.reference.official_names import form_first
from mailer.campaigns.variants.reasons import Reason, Statement
from mailer.rendering.language.catalogues import Catalogue

Known = Mapping[tuple[str, str], Names]  # ("country", "SN") → its names


async def names(session: AsyncSession, reasons: Sequence[Reason]) -> Known:
    """Return the names of the subjects and countries that reasons name."""
    codes = {code for reason in reasons for each in reason for _, code in each.codes}
    if not codes:
        return {}
    held = {
        "country": await directory.country_names(session),
        "subject": await directory.subject_names(session),
    }
    return {
        (kind, code): each
        for kind, known in held.items()
        for code, each in known.items()
        if code in codes
    }


def words(reason: Reason, known: Known, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the sentences of a reason in the language of a catalogue.

    A sentence names nothing if one of its names is missing in that language.
    """
    return tuple(_sentence(each, known, catalogue) for each in reason)


def _sentence(statement: Statement, known: Known, catalogue: Catalogue) -> str:
    sentence = catalogue.text(statement.sentence)
    names = [_name(each, known, catalogue) for each in statement.codes]
    if not all(names):
        return sentence
    return catalogue.noted(sentence, catalogue.enumerated(names))


def _name(code: tuple[str, str], known: Known, catalogue: Catalogue) -> str:
    """Return the name of a place or subject in a language; empty: it has none."""
    kind, place = code
    if kind == "region" and place in REGIONS:
        return catalogue.text(REGIONS[place])
    name = known.get(code, {}).get(catalogue.strings, "")
    return form_first(name) if kind == "country" else name
