"""Compares the languages of a campaign: their blocks, with types and facts.

A translation may lack blocks where `languages.per_block` allows it; its readers get
those blocks in another language, each with a notice.
"""

from collections.abc import Iterator, Mapping, Sequence

from audiences import languages
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.source import Block, Translation
from mailer.rendering.timing import agenda

FACTS = ("date", "until", "time", "number", "addressees", "languages")


def check(
    translations: Mapping[str, Translation],
    default: str,
    *,
    ruled: Sequence[str],
    per_block: Sequence[str],
) -> Iterator[Problem]:
    """Compare each language with the default, and the rules with the default's blocks.

    `ruled` are the blocks with rules, `per_block` the languages that may lack blocks.
    """
    model = {block.id: block for block in translations[default].blocks}
    for name in ruled:
        if name not in model:
            where = f"campaign.toml, blocks.{name}"
            what = f"{default}.md has no block of that name"
            yield problem.error(default, where, what)
    for language, translation in translations.items():
        lacking = languages.may_lack_blocks(per_block, language)
        for fault in _other_blocks(translation, model, default, lacking=lacking):
            yield problem.error(language, translation.where, fault)
        for block in translation.blocks:
            if block.id in model:
                yield from _other_facts(translation, block, model[block.id], default)


def _other_blocks(
    translation: Translation, model: Mapping[str, Block], default: str, *, lacking: bool
) -> Iterator[str]:
    here = [block.id for block in translation.blocks]
    missing = [each for each in model if each not in here]
    extra = [each for each in here if each not in model]
    if missing and not lacking:
        yield f"lacks {', '.join(missing)}"
    if extra:
        yield f"has {', '.join(extra)}, which {default}.md does not have"


def _other_facts(
    translation: Translation, block: Block, model: Block, default: str
) -> Iterator[Problem]:
    """Yield the facts of a block that differ; no language may change a fact."""
    if block.type != model.type:
        yield problem.error(
            translation.language,
            block.where,
            f"{block.id} has the type {block.type} here,"
            f" and {model.type} in {default}.md",
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
    if block.type == "agenda":
        yield from _other_steps(translation, block, model, default)


def _other_steps(
    translation: Translation, block: Block, model: Block, default: str
) -> Iterator[Problem]:
    """Yield the first step of an agenda whose hour is not that of the default."""
    here, there = agenda.steps(block.text), agenda.steps(model.text)
    if len(here) != len(there):
        what = f"{block.id} has {len(here)} steps here and {len(there)} in {default}.md"
        yield problem.error(translation.language, block.where, what)
        return
    for step, other in zip(here, there, strict=True):
        if step.span != other.span:
            what = (
                f"this step is at {step.span} here and at {other.span} in {default}.md"
            )
            yield problem.error(translation.language, block.line(step.line), what)
            return
