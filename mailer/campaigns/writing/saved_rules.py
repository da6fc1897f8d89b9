"""Where saved rules are used, and their removal and renaming while they are not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import RuleError
from audiences.segments import named, save, vocabularies
from audiences.segments.vocabularies import Vocabulary
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.errors import RefusedError
from mailer.users import guard

# an approval keeps the rules as they were, so only these letters mean the present ones
_OPEN = (CampaignState.DRAFT, CampaignState.IN_REVIEW)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleUses:
    """What names a saved rule: open letters by number, saved rules, limits of users."""

    letters: Mapping[int, str]
    rules: Sequence[str]
    users: Sequence[str]


async def uses(session: AsyncSession, name: str) -> RuleUses:
    """Return what names a saved rule now; letters that are approved keep their own."""
    return (await all_uses(session)).get(name, RuleUses(letters={}, rules=(), users=()))


async def all_uses(session: AsyncSession) -> Mapping[str, RuleUses]:
    """Return the uses of each saved rule that has any."""
    vocabulary = await vocabularies.load(session)
    letters = {
        each.id: (each.name, _of(each, vocabulary))
        for each in await session.scalars(
            select(Campaign).where(Campaign.state.in_(_OPEN)).order_by(Campaign.id)
        )
    }
    rules = {
        name: _named([rule], vocabulary) for name, rule in vocabulary.segments.items()
    }
    users = {
        user.name: _named([g.scope for g in user.grants if g.scope], vocabulary)
        for user in await guard.listed(session)
    }
    return {
        name: RuleUses(
            letters={n: said for n, (said, found) in letters.items() if name in found},
            rules=[each for each, found in rules.items() if name in found],
            users=[each for each, found in users.items() if name in found],
        )
        for name in vocabulary.segments
    }


def _of(campaign: Campaign, vocabulary: Vocabulary) -> set[str]:
    """Return the saved rules that a letter names."""
    rules = (campaign.audience, *campaign.block_rules.values())
    return _named((*rules, *campaign.block_firsts.values()), vocabulary)


def _named(texts: Iterable[str], vocabulary: Vocabulary) -> set[str]:
    """Return the saved rules that texts name; a faulty text names none."""
    found: set[str] = set()
    for text in texts:
        try:
            found |= {*named.directly(text, vocabulary)}
        except RuleError:
            continue
    return found


async def remove(session: AsyncSession, name: str, *, by: str, now: datetime) -> None:
    """Remove a saved rule that nothing uses; raise RefusedError where something does.

    Raises as `save.remove` does.
    """
    await _require_unused(session, name)
    await save.remove(session, name, by=by, now=now)


async def rename(
    session: AsyncSession, name: str, new: str, *, by: str, now: datetime
) -> None:
    """Give a saved rule that nothing uses another name; raise as `remove` does."""
    await _require_unused(session, name)
    await save.rename(session, name, new, by=by, now=now)


async def _require_unused(session: AsyncSession, name: str) -> None:
    found = await uses(session, name)
    if found.letters:
        number, letter = next(iter(found.letters.items()))
        raise RefusedError(
            f"the saved rule {name} is used by the letter {number}, {letter}; change"
            " the readers of that letter first"
        )
    if found.users:
        raise RefusedError(
            f"the saved rule {name} limits a role of {found.users[0]}; change that"
            " role first"
        )
