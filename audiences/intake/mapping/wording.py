"""Finds what a heading means when more than a name stands in it.

People write headings in two languages, and add marks: `Nom / Name`, `E-mail*`,
`Country (ISO)`, `البريد الإلكتروني Email`. Each part is looked up. The parts that are
known must mean the same.
"""

import re
from functools import lru_cache

from babel import Locale

from audiences.intake import columns
from audiences.intake.mapping import synonyms
from audiences.intake.mapping.synonyms import Meaning
from audiences.languages import OFFERED

# Words that say whose or which a telephone or an address is, folded; those of work are
# left out, a private one is not proposed.
_WORK = frozenset(
    (
        *("work", "business", "office", "professional", "bureau", "travail", "prof"),
        *("professionnel", "professionnelle", "pro", "geschaftlich", "dienstlich"),
        *("dienstliche", "dienstlicher", "dienstliches", "geschaftliche", "buro"),
        *("trabajo", "laboral", "oficina", "profesional", "trabalho", "profissional"),
        *("рабочии", "рабочая", "рабочее", "служебныи", "служебная", "العمل", "工作"),
        *("main", "primary", "principal", "principale", "haupt"),
    )
)
_PRIVATE = frozenset(
    (
        *("home", "private", "personal", "privat", "private", "privater", "privates"),
        *("prive", "privee", "personnel", "personnelle", "domicile", "particular"),
        *("casa", "domicilio", "residencia", "residence", "личныи", "личная"),
        *("домашнии", "المنزل", "other", "autre", "weitere", "weiterer", "weiteres"),
        *("otro", "otra", "outro", "outra", "assistant", "assistent", "asistente"),
    )
)
_SMALL = frozenset(("de", "del", "du", "la", "le", "des", "do", "da", "of"))
# what a heading with such a word or a number may name
_QUALIFIED = frozenset(
    ("address", "telephones", "postal_address", "street", "city", "website", "function")
)
_NUMBERED = frozenset(("address", "telephones", "postal_address", "street"))
_MOST = 9  # of columns that a list counts
_WORDS = re.compile(r"[^\W_]+(?:-[^\W\d_]+)*")
MAX_HEADING = 120  # characters; a longer one is a text
_ASIDE = re.compile(r"[(\[（【]([^()\[\]（）【】]*)[)\]）】]")
_BETWEEN = re.compile(r"[/|\n／｜;·•]|\s[-–—]\s|:\s")
_FOREIGN = r"\u0400-\u04ff\u0600-\u06ff\u3400-\u9fff"  # Cyrillic, Arabic, Chinese
_SCRIPTS = re.compile(
    rf"(?<=[{_FOREIGN}])[\s,]+(?=[A-Za-zÀ-ɏ])|(?<=[A-Za-zÀ-ɏ])[\s,]+(?=[{_FOREIGN}])"
)
# what a heading with an aside does not name for sure: it is asked about
_NEVER_GUESSED = columns.WISHES
_NAMED = "organisation_name"


@lru_cache(maxsize=10_000)
def meaning(heading: str) -> Meaning | None:
    """Return what a heading means, by the whole of it or else by its parts."""
    if "?" in heading:
        return _with_lost_letters(heading)
    whole = synonyms.meanings().get(synonyms.fold(heading))
    if whole is not None or len(heading) > MAX_HEADING:
        return whole
    return _in_parts(heading) or synonyms.near(synonyms.fold(_ASIDE.sub("", heading)))


def _in_parts(heading: str) -> Meaning | None:
    """Return what a heading means by its parts, its asides and its words."""
    words = [synonyms.fold(each) for each in _WORDS.findall(heading)]
    if not _PRIVATE.isdisjoint(words):
        return _private(words)
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
        return _qualified(words)
    if found.target == _NAMED and len(named) == 1:
        return Meaning(f"{_NAMED}_{languages[synonyms.fold(named[0])]}", sure=True)
    guessed = bool(asides) and found.target in _NEVER_GUESSED
    return Meaning(found.target, sure=not guessed, near=found.near)


def _private(words: list[str]) -> Meaning | None:
    """Return what a heading with a private or another address may mean."""
    found = _qualified([each for each in words if each not in _PRIVATE])
    if found is None or found.target not in {"address", "second_address"}:
        return None
    return Meaning("second_address", sure=False)


def _qualified(words: list[str]) -> Meaning | None:
    """Return what words of a heading mean, such as `Telefon geschäftlich 2`, folded.

    A second e-mail address is one beside the first.
    """
    bare = [each for each in words if each not in _WORK and each not in _SMALL]
    numbers = [int(each) for each in bare if each.isdecimal()]
    bare = [each for each in bare if not each.isdecimal()]
    number = numbers[0] if numbers else 0
    if not bare or number > _MOST or len(numbers) > 1:
        return None
    found = synonyms.meanings().get("".join(bare))
    if found is None or not found.sure or found.target not in _QUALIFIED:
        return None
    if number > 1 and found.target not in _NUMBERED:
        return None
    if number > 1 and found.target == "address":
        return Meaning("second_address", sure=True)
    return found


def _of(parts: list[str]) -> Meaning | None:
    """Return what all parts of a heading mean; None if one means something else."""
    folded = list(map(synonyms.fold, parts))
    known = [synonyms.meanings().get(each) or synonyms.near(each) for each in folded]
    targets = [each.target for each in known if each is not None and each.sure]
    if not targets or len(targets) < len(known):
        return None
    near = any(each is not None and each.near for each in known)
    if {*targets} == {"nom", "name"}:
        return Meaning("nom", sure=True)  # `Nom / Name`, beside `Prénom / First name`
    columns = {synonyms.parts().get(each, each) for each in targets}
    return Meaning(targets[0], sure=True, near=near) if len(columns) == 1 else None


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
    found = map(meaning, header)
    return sum(each is not None and not each.near for each in found)


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
