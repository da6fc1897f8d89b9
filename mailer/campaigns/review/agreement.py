"""Whether the languages of a campaign say the same: blocks, their types, their facts.

A translation may lack blocks where the campaign allows it (`languages.per_block`);
readers then get those in another language, each with a notice.
"""

from collections.abc import Iterator, Mapping, Sequence

from audiences import languages
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.source import Block, Translation

FACTS = ("date", "until", "time", "number", "addressees", "languages")


def check(
    translations: Mapping[str, Translation],
    default: str,
    *,
    ruled: Sequence[str],
    per_block: Sequence[str],
) -> Iterator[Problem]:
    """Hold every language against the default's, and rules against its blocks."""
    model = {block.id: block for block in translations[default].blocks}
    for name in ruled:
        if name not in model:
            where = f"campaign.toml, blocks.{name}"
            what = f"{default}.md has no block of that name"
            yield problem.error(default, where, what)
    for language, translation in translations.items():
        lacking = languages.may_lack_blocks(per_block, language)
        said = list(_amiss(translation, model, default, lacking=lacking))
        if said:
            yield problem.error(language, translation.where, " and ".join(said))
        for block in translation.blocks:
            if block.id in model:
                yield from _differing(translation, block, model[block.id], default)


def _amiss(
    translation: Translation, model: Mapping[str, Block], default: str, *, lacking: bool
) -> Iterator[str]:
    here = [block.id for block in translation.blocks]
    missing = [each for each in model if each not in here]
    extra = [each for each in here if each not in model]
    if missing and not lacking:
        yield f"lacks {', '.join(missing)}"
    if extra:
        yield f"has {', '.join(extra)} which {default}.md has not"


def _differing(
    translation: Translation, block: Block, model: Block, default: str
) -> Iterator[Problem]:
    """Find facts no language can make different."""
    if block.type != model.type:
        yield problem.error(
            translation.language,
            block.where,
            f"{block.id} is a block {block.type} here and {model.type} in {default}.md",
        )
        return
    for name in FACTS:
        here, there = block.fields.get(name), model.fields.get(name)
        if here != there:
            yield problem.error(
                translation.language,
                block.where,
                f"{block.id}: {name} is {here or 'missing'} here"
                f" and {there or 'missing'} in {default}.md",
            )
