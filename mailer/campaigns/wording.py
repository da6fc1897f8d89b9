"""Puts reasons into words: sentences of the catalogues, names of the directory."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.entry import Names, named
from audiences.organisations import Kind, Organisation, State, Theme
from mailer.campaigns.reasons import REGIONS, Reason, Said
from mailer.rendering.catalogue import Catalogue

Known = Mapping[tuple[str, str], Names]  # ("country", "SN") → its names


async def names(session: AsyncSession, reasons: Sequence[Reason]) -> Known:
    """Return the names of the subjects and countries that reasons are told with."""
    codes = {code for reason in reasons for said in reason for _, code in said.of}
    if not codes:
        return {}
    sector = Organisation.kind == Kind.SECTOR
    asked = (
        ("country", select(State.code, State.names)),
        ("subject", select(Theme.code, Theme.labels)),
        ("subject", select(Organisation.code, Organisation.names).where(sector)),
    )
    return {
        (of, code): each
        for of, statement in asked
        for code, each in await session.execute(statement)
        if code in codes
    }


def words(reason: Reason, known: Known, catalogue: Catalogue) -> tuple[str, ...]:
    """Put a reason into the words of a language."""
    return tuple(_worded(said, known, catalogue) for said in reason)


def _worded(said: Said, known: Known, catalogue: Catalogue) -> str:
    sentence = catalogue.text(said.sentence)
    told = [
        catalogue.text(REGIONS[code])
        if of == "region" and code in REGIONS
        else named(known.get((of, code), {}), catalogue.language)
        for of, code in said.of
    ]
    if not told or not all(told):
        return sentence
    return catalogue.text(
        "%(said)s (%(named)s)", said=sentence, named=catalogue.listed(told)
    )
