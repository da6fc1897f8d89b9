"""Prints what became of the mutants: shares, and every one that no test sees."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from tools.mutate.mutants import Mutant
from tools.mutate.trials import Verdict

REASONS = Path(__file__).with_name("survivors.toml")
_SEEN = {"killed", "timeout"}

Named = tuple[str, str, str]  # file, scope and what is shown


def reasons() -> dict[Named, str]:
    """Return why some mutants may survive, as survivors.toml says."""
    listed = tomllib.loads(REASONS.read_text(encoding="utf-8")).get("survivor", [])
    return {
        (each["file"], each["scope"], each["change"]): each["reason"] for each in listed
    }


def named(mutant: Mutant) -> Named:
    """Return by which name survivors.toml knows a mutant."""
    return mutant.file, mutant.scope, mutant.shown


def line(verdict: Verdict) -> str:
    """Return one verdict as people read it."""
    mutant = verdict.mutant
    scope = f" in {mutant.scope}" if mutant.scope else ""
    judged = f"{verdict.tests} of {verdict.chosen} tests"
    return f"{mutant.place}{scope}: {mutant.shown} [{mutant.operator}; {judged}]"


def report(verdicts: Sequence[Verdict]) -> str:
    """Return the report of a run."""
    known = reasons()
    alive = [each for each in verdicts if each.outcome not in _SEEN]
    lines = ["", *_shares(verdicts)]
    for title, given in (("without", False), ("with", True)):
        some = [each for each in alive if (named(each.mutant) in known) is given]
        if some:
            lines += ["", f"Survived {title} a reason in {REASONS.name}:"]
        for each in some:
            lines.append(f"  {line(each)}")
            if given:
                lines.append(f"    {known[named(each.mutant)]}")
    files = {each.mutant.file for each in verdicts}
    stale = {each for each in known if each[0] in files} - {
        named(each.mutant) for each in alive
    }
    if stale:
        lines += ["", f"Reasons in {REASONS.name} for what does not survive:"]
        lines += [f"  {file} in {scope}: {shown}" for file, scope, shown in stale]
    return "\n".join(lines)


def _shares(verdicts: Sequence[Verdict]) -> list[str]:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for each in verdicts:
        counted[each.mutant.file][each.outcome] += 1
        counted["together"][each.outcome] += 1
    names = ("killed", "timeout", "survived", "untested")
    lines = [f"{'':44}" + "".join(f"{name:>10}" for name in (*names, "share"))]
    for file in sorted(counted, key=lambda each: (each == "together", each)):
        counts = counted[file]
        share = sum(counts[each] for each in _SEEN) / counts.total()
        numbers = "".join(f"{counts[name]:>10}" for name in names)
        lines.append(f"{file:44}{numbers}{share:>10.1%}")
    return lines
