"""A translation beside its source: what is done, older than its source, or missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.writing import texts
from mailer.campaigns.writing.drafting import saving
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.translation import comparing, progress, units
from mailer.campaigns.writing.translation.comparing import TranslationFault
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.rendering import letter_types


class UnitState(StrEnum):
    """Where the translation of a line or paragraph stands."""

    DONE = "done"
    STALE = "stale"  # the source has changed since
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitBeside:
    """A line or paragraph of the source, with its translation."""

    context: str
    field: str  # the line; "text" for a paragraph
    state: UnitState
    source: str
    was: str  # the source that was translated; else the present one
    text: str  # the translation; "" if missing
    faults: Sequence[TranslationFault]
    numbers: Sequence[str]  # of the source, that the translation does not have


Beside = Mapping[str, Sequence[UnitBeside]]  # by block; subject and preheader: HEAD


async def read(session: AsyncSession, opened: DraftDesk, language: str) -> Beside:
    """Return the units of a letter with their translation into a language."""
    campaign = opened.campaign
    types = letter_types.block_types(opened.templates)
    parsed = await texts.parsed_of(session, campaign, opened.templates)
    if campaign.default_language not in parsed:
        return {}
    source = units.source_units(parsed[campaign.default_language], types)
    known = (await progress.sources_of(session, campaign)).get(language, {})
    translated = units.align(source, parsed[language]) if language in parsed else {}
    stale = progress.stale(source, translated, known)
    found: dict[str, list[UnitBeside]] = {}
    for context, unit in source.items():
        text = translated.get(context, "")
        state = UnitState.STALE if context in stale else UnitState.DONE
        found.setdefault(units.block_of(context, saving.HEAD), []).append(
            UnitBeside(
                context=context,
                field=unit.field,
                state=state if text else UnitState.MISSING,
                source=unit.text,
                was=known[context] if context in stale else unit.text,
                text=text,
                faults=tuple(comparing.faults(text, unit)) if text else (),
                numbers=comparing.missing_numbers(text, unit.text) if text else (),
            )
        )
    return found


def state_of(found: Sequence[UnitBeside]) -> UnitState:
    """Return where a block stands: what needs work first."""
    states = {each.state for each in found}
    if UnitState.STALE in states:
        return UnitState.STALE
    return UnitState.MISSING if UnitState.MISSING in states else UnitState.DONE


def counted(beside: Beside) -> TranslationProgress:
    """Return how many units of a letter are translated."""
    states = [each.state for found in beside.values() for each in found]
    return TranslationProgress(
        done=states.count(UnitState.DONE),
        stale=states.count(UnitState.STALE),
        missing=states.count(UnitState.MISSING),
    )
