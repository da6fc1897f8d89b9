"""Finds what a heading means when more than a name stands in it.

People write headings in two languages, and add marks: `Nom / Name`, `E-mail*`,
`Country (ISO)`, `البريد الإلكتروني Email`. Each part is looked up. The parts that are
known must mean the same.
"""

import re
from functools import lru_cache

from babel import Locale

from audiences.intake.mapping import synonyms
from audiences.intake.mapping.synonyms import Meaning
from audiences.languages import OFFERED

MAX_HEADING = 120  # characters; a longer one is a text
_ASIDE = re.compile(r"[(\[（【]([^()\[\]（）【】]*)[)\]）】]")
_BETWEEN = re.compile(r"[/|\n／｜;·•]|\s[-–—]\s|:\s")
_FOREIGN = r"\u0400-\u04ff\u0600-\u06ff\u3400-\u9fff"  # Cyrillic, Arabic, Chinese
_SCRIPTS = re.compile(
    rf"(?<=[{_FOREIGN}])[\s,]+(?=[A-Za-zÀ-ɏ])|(?<=[A-Za-zÀ-ɏ])[\s,]+(?=[{_FOREIGN}])"
)
# what a heading with an aside does not name for sure: it is asked about
_NEVER_GUESSED = frozenset(("opt_out", "bounced", "consent"))
_NAMED = "organisation_name"


@lru_cache(maxsize=10_000)
def meaning(heading: str) -> Meaning | None:
    """Return what a heading means, by the whole of it or else by its parts."""
    if "?" in heading:
        return _with_lost_letters(heading)
    whole = synonyms.meanings().get(synonyms.fold(heading))
    if whole is not None or len(heading) > MAX_HEADING:
        return whole
    asides = _ASIDE.findall(heading)
    bare = _ASIDE.sub("\n", heading)
    if any(each.strip().isdecimal() and int(each) > 1 for each in asides):
        return None  # a second column of this name
    parts = [
        part
        for piece in _BETWEEN.split(bare)
        for part in _SCRIPTS.split(piece)
        if synonyms.fold(part)
    ]
    if not parts:
        parts, asides = asides, []
    languages = _languages()
    named = [each for each in (*asides, *parts) if synonyms.fold(each) in languages]
    found = _of([each for each in parts if each not in named])
    if found is None:
        return None
    if found.target == _NAMED and len(named) == 1:
        return Meaning(f"{_NAMED}_{languages[synonyms.fold(named[0])]}", sure=True)
    guessed = bool(asides) and found.target in _NEVER_GUESSED
    return Meaning(found.target, sure=not guessed)


def _of(parts: list[str]) -> Meaning | None:
    """Return what all parts of a heading mean; None if one means something else."""
    known = [synonyms.meanings().get(synonyms.fold(each)) for each in parts]
    targets = [each.target for each in known if each is not None and each.sure]
    if not targets or len(targets) < len(known):
        return None
    if {*targets} == {"nom", "name"}:
        return Meaning("nom", sure=True)  # `Nom / Name`, beside `Prénom / First name`
    columns = {synonyms.parts().get(each, each) for each in targets}
    return Meaning(targets[0], sure=True) if len(columns) == 1 else None


def _with_lost_letters(heading: str) -> Meaning | None:
    """Return what a heading such as Pr?nom means, if it can mean one thing only."""
    bare = heading.strip()
    whole = synonyms.meanings().get(synonyms.fold(bare.rstrip("?")))
    if "?" not in bare.rstrip("?") and whole is not None:
        return whole  # a question: `E-mail?`
    parts = map(re.escape, map(synonyms.fold, bare[:MAX_HEADING].split("?")))
    pattern = re.compile(".".join(parts))
    found = {
        meaning
        for folded, meaning in synonyms.meanings().items()
        if pattern.fullmatch(folded)
    }
    return found.pop() if len(found) == 1 else None


def recognised(header: list[str]) -> int:
    """Count the headings that name a column."""
    return sum(meaning(heading) is not None for heading in header)


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    """Return the offered languages by their codes and names, folded."""
    return {
        synonyms.fold(name): language
        for language in OFFERED
        for name in (
            language,
            *(Locale(other).languages[language] for other in OFFERED),
        )
    }
