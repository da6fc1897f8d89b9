"""Proposes what the columns of a list become, by their headings and their cells.

What is not sure is left out and told. Addresses, opt-outs and consent are never
guessed: a heading that may be about them is a question, and nothing is written until
a person has answered it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audiences.errors import FileRefusedError
from audiences.intake import columns
from audiences.intake.mapping import by_cells, by_heading, captioning, synonyms, turning
from audiences.intake.mapping.plan import Mapping
from audiences.intake.mapping.state import BY_MAPPING, Columns

# columns that several headings may make together
JOINED = frozenset(
    (
        *("name", "postal_address", "telephones", "notes", "tags", "fields", "acts_in"),
        *("serves", "topics", "consent", "opt_out", "bounced", "second_address"),
        *("function", "opt_in"),
    )
)
OF_BODY = frozenset(
    ("acronym", "kind", "status", "level", "country", "fields", "acts_in", "serves")
)
CAPTIONS = 0  # the place of their column
WHO = frozenset(("address", "organisation", "organisation_name"))


class Found(NamedTuple):
    """One column of the list, and what it becomes."""

    heading: str
    column: str | None  # None: it is left out
    why: str
    cells: tuple[str, ...]  # the first two
    sure: bool


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the columns of a list become."""

    found: tuple[Found, ...]
    positions: dict[str, tuple[int, ...]]  # column → indices in a row
    instead: dict[str, tuple[int, ...]]  # the same, for rows in which these are empty
    questions: tuple[str, ...]  # to be answered before anything is written
    preset: str | None
    mapping: Mapping
    turned: bool = False  # names have the family name first, and a comma

    @property
    def left_out(self) -> tuple[Found, ...]:
        """Return the columns that are not read."""
        return tuple(each for each in self.found if each.column is None)

    @property
    def without_place(self) -> tuple[Found, ...]:
        """Return the columns that are understood, for which the directory has none."""
        return tuple(each for each in self.found if not _has_place(each.column))


def _has_place(column: str | None) -> bool:
    return column is None or column in columns.NAMES


def understand(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    mapping: Mapping,
    *,
    preset: str | None = None,
    names: Sequence[str] = (),
    captions: bool = False,
) -> Layout:
    """Return what the columns become; `rows` are some of the first ones.

    `preset` is the name of one that a person chose; `names` are those of the file and
    its sheets. With `captions`, the first column has what stood alone in rows above.
    Raises FileRefusedError when
    `mapping` contradicts the list, or two headings name one column.
    """
    known = Columns(header, rows)
    known.take_mapping(mapping)
    known.leave_out_reasons()
    if not mapping.whole:
        known.take_preset(preset)
        undecided = captions and known.is_free(CAPTIONS)
        if undecided:
            known.ignored.add(CAPTIONS)
        by_heading.take(known)
        by_cells.take(known)
        if undecided:
            captioning.ask(known, CAPTIONS)
    by_cells.ask_about_wishes(known)
    by_cells.ask_about_names(known, names)
    by_cells.settle_organisation(known)
    if "organisation" in mapping.defaults:
        _leave_out_facts(known)
    return _result(known, mapping)


def _leave_out_facts(known: Columns) -> None:
    """Leave out facts of organisations if a person named one for all rows.

    A country beside people is theirs then, and must not change that organisation.
    """
    if {"organisation", "organisation_name"} & set(known.targets.values()):
        return
    for place, target in list(known.targets.items()):
        if target in OF_BODY and known.why[place] != BY_MAPPING:
            del known.targets[place]
            known.why[place] = f"{target} of the organisation, which is one for all"


def _result(known: Columns, mapping: Mapping) -> Layout:
    """Return what the columns become."""
    ordered = {
        column: known.order.get(column, tuple(places))
        for column, places in _places(known).items()
    }
    names = ordered.get("name", ())
    turned = len(names) == 1 and turning.is_turned(
        known.header[names[0]], known.cells[names[0]]
    )
    if turned:
        known.why[names[0]] += "; DUPONT, Jean becomes Jean DUPONT"
    read = known.targets.keys() | known.asked.union(*known.instead.values())
    return Layout(
        found=tuple(_found(known, place) for place in range(len(known.header))),
        positions=ordered,
        instead=known.instead,
        questions=tuple(known.questions),
        preset=known.preset,
        turned=turned,
        mapping=Mapping(
            columns={
                column: tuple(known.header[place] for place in places)
                for column, places in ordered.items()
            },
            instead={
                column: tuple(known.header[place] for place in places)
                for column, places in known.instead.items()
            },
            defaults=mapping.defaults,
            values={**known.values, **mapping.values},
            ignored=tuple(
                heading
                for place, heading in enumerate(known.header)
                if heading and place not in read
            ),
            whole=True,
        ),
    )


def _places(known: Columns) -> dict[str, list[int]]:
    """Return the places of each column.

    Of two headings for a column that has one the first is taken, with a question; they
    are refused if the column says who a row is about.
    """
    parts = synonyms.parts()
    found: dict[str, list[int]] = {}
    for place in sorted(known.targets):
        target = parts.get(known.targets[place], known.targets[place])
        known.targets[place] = target
        found.setdefault(target, []).append(place)
    for column, places in found.items():
        if len(places) == 1 or column in JOINED or column in known.decided:
            continue
        if column in WHO:
            raise FileRefusedError(_twice(known, column, places))
        known.questions.append(_twice(known, column, places))
        for place in places[1:]:
            del known.targets[place]
            known.asked.add(place)
            known.why[place] = f"{column} comes from {known.header[places[0]]!r}"
        del places[1:]
    return found


def _twice(known: Columns, column: str, places: list[int]) -> str:
    first, second = places[:2]
    return (
        f"two columns are headed {column}: {known.header[first]!r} in column"
        f" {first + 1} and {known.header[second]!r} in column {second + 1}; keep"
        f" one, or choose with --column {column}={known.header[first]!r}"
    )


def _found(known: Columns, place: int) -> Found:
    filled = dict.fromkeys(cell for cell in known.cells[place] if cell)
    instead = [name for name, places in known.instead.items() if place in places]
    target = known.targets.get(place) or next(iter(instead), None)
    return Found(
        heading=known.header[place],
        column=target,
        why=known.why.get(place, "its heading is not known"),
        cells=tuple(cell[:60] for cell in list(filled)[:2]),
        sure=place not in known.unsure
        and (target is not None or place in known.ignored),
    )
