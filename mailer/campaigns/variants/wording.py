"""Puts reasons into words: sentences of the catalogues, names of the directory."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory
from audiences.institution import REGIONS
from audiences.languages import Names, name_in
from mailer.campaigns.variants.reasons import Reason, Statement
from mailer.rendering.language.catalogues import Catalogue

Known = Mapping[tuple[str, str], Names]  # ("country", "SN") → its names


async def names(session: AsyncSession, reasons: Sequence[Reason]) -> Known:
    """Return the names of the subjects and countries that reasons are told with."""
    codes = {code for reason in reasons for said in reason for _, code in said.of}
    if not codes:
        return {}
    held = {
        "country": await directory.country_names(session),
        "subject": await directory.subject_names(session),
    }
    return {
        (of, code): each
        for of, known in held.items()
        for code, each in known.items()
        if code in codes
    }


def words(reason: Reason, known: Known, catalogue: Catalogue) -> tuple[str, ...]:
    """Put a reason into the words of a language."""
    return tuple(_worded(said, known, catalogue) for said in reason)


def _worded(said: Statement, known: Known, catalogue: Catalogue) -> str:
    sentence = catalogue.text(said.sentence)
    told = [
        catalogue.text(REGIONS[code])
        if of == "region" and code in REGIONS
        else name_in(known.get((of, code), {}), catalogue.language)
        for of, code in said.of
    ]
    if not told or not all(told):
        return sentence
    return catalogue.text(
        "%(said)s (%(named)s)", said=sentence, named=catalogue.listed(told)
    )
