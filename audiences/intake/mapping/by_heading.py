"""Takes the columns that are known by their headings."""

from audiences.intake import columns
from audiences.intake.mapping import evidence, synonyms, wording
from audiences.intake.mapping.state import Columns
from audiences.intake.mapping.synonyms import Meaning
from audiences.intake.wishes import optouts

_GIVEN, _FAMILY = ("given_name", "middle_name"), ("family_name",)
_PLAIN = frozenset(("name", "الاسم"))  # folded: `Name; Vorname`, `Name; Last name`


def take(known: Columns) -> None:
    """Take the headings that name a column for sure.

    One with a wrong letter counts where no other names its column.
    """
    for near in (False, True):
        for place, heading in enumerate(known.header):
            meaning = wording.meaning(heading)
            if known.is_free(place) and meaning is not None and meaning.near is near:
                _take_heading(known, place, meaning)
    _choose_address(known)
    _take_contact(known)
    _take_seconds(known)
    _settle_names(known)


def _take_heading(known: Columns, place: int, meaning: Meaning) -> None:
    target = _corrected(known, place, meaning.target)
    column = synonyms.parts().get(target, target)
    if meaning.near and _is_doubtful(known, place, target):
        return
    if not meaning.sure:
        known.why[place] = f"may be {column}"
        known.unsure.add(place)
    elif _column(column) in known.decided:
        known.why[place] = f"{_column(column)} comes from another column"
    else:
        known.targets[place] = target
        known.why[place] = "by its heading"
        if meaning.near:
            known.why[place] += ", which has a letter wrong"
        if target != meaning.target:
            known.why[place] += " and its cells"


def _is_doubtful(known: Columns, place: int, target: str) -> bool:
    """Whether a heading that is near to a known one may be another word."""
    is_wish = target in columns.WISHES
    about_wishes = optouts.concerns(known.header[place], answered=True)
    return target in known.targets.values() or (about_wishes and not is_wish)


def _choose_address(known: Columns) -> None:
    """Keep the column of addresses that has some, if one of several has."""
    places = [p for p, target in known.targets.items() if target == "address"]
    having = [p for p in places if any(map(evidence.has_at, known.cells[p]))]
    if "address" in known.decided or len(having) != 1:
        return
    for place in set(places) - {*having}:
        del known.targets[place]
        known.why[place] = "its cells have no @"


def _take_contact(known: Columns) -> None:
    """Take “Contact” beside addresses as the name, if its cells are words."""
    taken = {synonyms.parts().get(each, each) for each in known.targets.values()}
    if "address" not in taken or "name" in taken | known.decided:
        return
    for place in sorted(known.unsure):
        meaning = wording.meaning(known.header[place])
        words = evidence.share(known.cells[place], evidence.is_words) == 1
        if meaning is not None and meaning.target == "address" and words:
            known.targets[place] = "name"
            known.why[place] = "by its heading and its cells"
            known.unsure.discard(place)
            return


def _take_seconds(known: Columns) -> None:
    """Take private addresses as second ones, beside a column of addresses."""
    if "address" not in known.targets.values() or "second_address" in known.decided:
        return
    for place in sorted(known.unsure):
        meaning = wording.meaning(known.header[place])
        if meaning is not None and meaning.target == "second_address":
            known.targets[place] = "second_address"
            known.why[place] = "by its heading"
            known.unsure.discard(place)


def _column(target: str) -> str:
    return "organisation" if target == "organisation_code" else target


def _corrected(known: Columns, place: int, target: str) -> str:
    """Return the target that the cells of “address” show: e-mail or postal."""
    at = evidence.share(known.cells[place], evidence.has_at)
    if target == "postal_address" and at >= evidence.MOST:
        return "address"
    is_plain = synonyms.fold(known.header[place]) == "address"
    places = evidence.share(known.cells[place], evidence.is_place)
    if target == "address" and is_plain and at == 0 and places >= evidence.MOST:
        return "postal_address"
    return target


def _is_part(known: Columns, place: int) -> bool:
    """Whether “Name” beside a column of given names has the family name only.

    Or the given name, beside a column of family names. Then few of its cells contain
    the other name. Such a column becomes that part.
    """
    given = [p for p, target in known.targets.items() if target == "given_name"]
    family = [p for p, target in known.targets.items() if target == "family_name"]
    plain = synonyms.fold(known.header[place]) in _PLAIN
    if bool(given) == bool(family) or not plain or "name" in known.decided:
        return False
    other = (given or family)[0]
    pairs = [
        (whole, part)
        for whole, part in zip(known.cells[place], known.cells[other], strict=True)
        if whole and part
    ]
    if not pairs or sum(part in whole for whole, part in pairs) * 2 > len(pairs):
        return False
    known.targets[place] = "family_name" if given else "given_name"
    return True


def _settle_names(known: Columns) -> None:
    """Join the parts of names, unless the whole name has a column of its own."""
    whole = [p for p, target in known.targets.items() if target == "name"]
    whole = [p for p in whole if not _is_part(known, p)]
    named = synonyms.parts()
    parts = [p for p, t in known.targets.items() if named.get(t) == "name"]
    if whole and "name" not in known.decided:
        others = _in_order(known, parts)
        persons = any(known.targets[place] in (*_GIVEN, *_FAMILY) for place in parts)
        for place in parts:
            del known.targets[place]
            known.why[place] = f"the name comes from {known.header[whole[0]]!r}"
        if persons:
            known.take_instead("name", others)
        known.order["name"] = tuple(whole)
        return
    joined = _in_order(known, parts)
    for place in joined:
        known.targets[place] = "name"
    if joined:
        known.order["name"] = tuple(joined)


def _in_order(known: Columns, parts: list[int]) -> list[int]:
    """Return the columns with parts of a name, in the order in which it is written."""
    given = [p for p in parts if known.targets[p] in _GIVEN]
    family = [p for p in parts if known.targets[p] in _FAMILY]
    either = [p for p in parts if p not in given and p not in family]
    before = [*either, *given] if family and not given else given
    after = family if family and not given else [*either, *family]
    joined = [*before, *after]
    if given and family and all(evidence.is_han(known.header[p]) for p in joined):
        joined = [*after, *before]
    return joined
