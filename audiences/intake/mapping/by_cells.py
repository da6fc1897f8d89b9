"""Takes the columns that are known by their cells, and asks about opt-outs."""

from collections.abc import Sequence

from audiences.intake import columns
from audiences.intake.mapping import evidence, wording
from audiences.intake.mapping.evidence import Holds
from audiences.intake.mapping.state import BY_MAPPING, Columns
from audiences.intake.wishes import dates, optouts

FEWEST = 2  # cells that show what a column is
_STANDINGS = frozenset(("status", "level", "roles", "kind"))  # headed “Status”, “Type”
# of what may be taken for something else, one cell must be a proof
_PROOFS = {
    "country": evidence.proves_country,
    "languages": evidence.proves_language,
}
_SHOWS = (  # what cells show, beside addresses
    ("country", evidence.is_country, "countries"),
    ("languages", evidence.is_language, "languages"),
    ("kind", evidence.is_kind, "kinds of organisation"),
    ("status", evidence.is_status, "statuses"),
    ("level", evidence.is_level, "levels"),
)


def take(known: Columns) -> None:
    """Take columns that their cells show, if one column does."""
    taken = set(known.targets.values())
    free = [p for p in range(len(known.header)) if known.is_free(p)]
    if "address" not in taken:
        _addresses(known, free)
    for column, holds, what in _SHOWS:
        if column in taken:
            continue
        shown = [
            place
            for place in free
            if _shows(known.cells[place], holds)
            and any(map(_PROOFS.get(column, holds), known.cells[place]))
            and _may_be(known, place, column)
        ]
        if len(shown) == 1:
            _show(known, shown[0], column, f"its cells are {what}", evidence_of=holds)
            free.remove(shown[0])
    for place in free:
        _describe(known, place)


def _shows(cells: list[str], holds: Holds) -> bool:
    """Whether at least two cells and most of them fit; “no” is not Norwegian here."""
    filled = [cell for cell in cells if cell]
    return (
        len(filled) >= FEWEST
        and evidence.share(filled, holds) >= evidence.MOST
        and evidence.share(filled, evidence.is_answer) < evidence.MOST
    )


def _may_be(known: Columns, place: int, column: str) -> bool:
    """Whether the heading does not say that a column is something else."""
    if _is_about_wishes(known.header[place], answered=_is_answered(known, place)):
        return False
    meaning = wording.meaning(known.header[place])
    return place not in known.why or (
        meaning is not None and not meaning.sure and meaning.target == column
    )


def _addresses(known: Columns, free: list[int]) -> None:
    shown = [
        place
        for place in free
        if evidence.share(known.cells[place], evidence.has_at) >= evidence.MOST
    ]
    if len(shown) == 1:
        what = "its cells have an @"
        _show(known, shown[0], "address", what, evidence_of=evidence.has_at)
        free.remove(shown[0])
    elif shown:
        names = " and ".join(repr(known.header[place]) for place in shown)
        known.questions.append(
            f"{names} have e-mail addresses; say which one letters go to:"
            f" --column address={known.header[shown[0]]!r}"
        )


def _show(
    known: Columns, place: int, column: str, what: str, *, evidence_of: Holds
) -> None:
    filled = [cell for cell in known.cells[place] if cell]
    fit = sum(map(evidence_of, filled))
    known.targets[place] = column
    known.why[place] = f"{what} ({fit} of {len(filled)})"
    known.unsure.discard(place)


def _describe(known: Columns, place: int) -> None:
    """Say of a column that is left out what its cells look like."""
    if place in known.why:
        return
    cells = known.cells[place]
    if evidence.share(cells, evidence.is_answer) >= evidence.MOST:
        known.why[place] = "not known; its cells are yes or no"
    elif evidence.share(cells, dates.is_day) >= evidence.MOST:
        known.why[place] = "not known; its cells are days"


def ask_about_wishes(known: Columns) -> None:
    """Ask about columns that may be about opt-outs or consent and are left out."""
    for place, heading in enumerate(known.header):
        answered, dated = _is_answered(known, place), _is_dated(known, place)
        tells = _tells(known, place)
        if known.targets.get(place) in _STANDINGS and known.why[place] != BY_MAPPING:
            # an export has here who unsubscribed
            coded = known.targets[place] == "status" and _is_coded(known.cells[place])
            tells = tells or answered or coded
            if tells:
                del known.targets[place]
        if known.is_free(place) and (
            _is_about_wishes(heading, answered=answered, dated=dated) or tells
        ):
            known.unsure.add(place)
            known.asked.add(place)
            known.why[place] = "may say who opted out"
            known.questions.append(
                f"{heading!r} may say who opted out or agreed: name it with"
                f" --column opt_out={heading!r} if yes means no letters, opt_in if no"
                " does, or consent if it says when or how they agreed, or leave it"
                f" out with --ignore {heading!r}"
            )


def ask_about_names(known: Columns, names: Sequence[str]) -> None:
    """Ask about a list whose name says that its people want no letters."""
    if {*optouts.COLUMNS, optouts.OPT_IN} & set(known.targets.values()):
        return
    for name in names:
        if optouts.is_named(name, exported=known.preset is not None):
            known.questions.append(
                f"{name[:60]!r} may be a list of people who want no letters: take it"
                " with --as stopped, or give it another name if they do"
            )
            return


def _tells(known: Columns, place: int) -> bool:
    """Whether a cell says that a reader opted out, such as “unsubscribed”."""
    return known.why.get(place) != BY_MAPPING and any(
        map(optouts.tells, known.cells[place])
    )


def _is_coded(cells: list[str]) -> bool:
    """Whether cells are numbers or single letters, which a program gave a meaning."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(
        cell.isdecimal() or (len(cell) == 1 and cell.isalpha()) for cell in filled
    )


def _is_answered(known: Columns, place: int) -> bool:
    """Whether the cells of a column say yes or no, or one that nothing is wanted."""
    cells = known.cells[place]
    return evidence.share(
        cells, optouts.is_yes_or_no
    ) >= evidence.MOST or optouts.is_choice_of_none(known.header[place], cells)


def _is_dated(known: Columns, place: int) -> bool:
    """Whether the cells of a column are days."""
    return evidence.share(known.cells[place], dates.is_day) >= evidence.MOST


def _is_about_wishes(heading: str, *, answered: bool, dated: bool = False) -> bool:
    """Whether a heading may be about opt-outs or consent, with answers or days."""
    meaning = wording.meaning(heading)
    named = meaning is not None and meaning.target in columns.WISHES
    return named or optouts.concerns(heading, answered=answered, dated=dated)


def settle_organisation(known: Columns) -> None:
    """Tell codes of organisations from names, by the headings and the cells."""
    taken = set(known.targets.values())
    for place, target in list(known.targets.items()):
        if target == "organisation_code":
            known.targets[place] = "organisation"
        elif (target == "organisation" and "organisation_code" in taken) or (
            target == "organisation"
            and "organisation_name" not in taken
            and _are_names(known, place)
        ):
            _name(known, place)


def _are_names(known: Columns, place: int) -> bool:
    """Whether cells of a column are no codes, and a person did not say so.

    A code that stands among names is known as one.
    """
    cells = known.cells[place]
    are_codes = evidence.share(cells, evidence.is_code) == 1
    are_words = any(map(evidence.is_proper_name, filter(None, cells)))
    is_said = known.why[place] == BY_MAPPING
    return any(cells) and (are_words or not are_codes) and not is_said


def _name(known: Columns, place: int) -> None:
    known.targets[place] = "organisation_name"
    known.order.pop("organisation", None)
    known.why[place] += "; its cells are names, not codes"
