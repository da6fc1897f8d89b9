"""What is known of the columns of a list while a proposal is made."""

from collections.abc import Iterable, Sequence

from audiences.errors import FileRefusedError
from audiences.intake.mapping import plan, synonyms
from audiences.intake.mapping.plan import Mapping

BY_MAPPING = "by your mapping"
IGNORED = "ignored by your mapping"
REASONS = "what to mend (not read)"  # the heading of reasons in a file of faults
OF_FAULTS = "the reasons of a check before"


def distinct(header: Sequence[str]) -> list[str]:
    """Return the headings, without space around; one that comes again gets a number."""
    names: list[str] = []
    for each in header:
        bare = " ".join(each.split())
        count = sum(name == bare or name.startswith(f"{bare} (") for name in names)
        names.append(f"{bare} ({count + 1})" if bare and bare in names else bare)
    return names


class Columns:
    """The columns of a list, and what each of them becomes so far.

    A column is known by its place in the header.
    """

    def __init__(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.header = distinct(header)
        self.cells = [
            [row[place].strip() if place < len(row) else "" for row in rows]
            for place in range(len(header))
        ]
        self.targets: dict[int, str] = {}  # place → column or part
        self.why: dict[int, str] = {}
        self.unsure: set[int] = set()
        self.decided: set[str] = set()  # columns a person or a preset gave headings
        self.ignored: set[int] = set()  # by a person or a preset
        self.asked: set[int] = set()  # a mapping that is written does not decide them
        self.questions: list[str] = []
        self.preset: str | None = None
        self.order: dict[str, tuple[int, ...]] = {}
        self.instead: dict[str, tuple[int, ...]] = {}
        self.values: dict[str, dict[str, str]] = {}  # column → cell → taken as

    def take_mapping(self, mapping: Mapping) -> None:
        """Take what a person decided; refuse what contradicts the list."""
        for column, headings in mapping.columns.items():
            places = [self._place(heading, column) for heading in headings]
            for place in places:
                if place in self.targets:
                    raise FileRefusedError(
                        f"the column {self.header[place]!r} is mapped to"
                        f" {self.targets[place]} and to {column}; keep one"
                    )
                self.targets[place] = column
                self.why[place] = BY_MAPPING
            self.order[column] = tuple(places)
            self.decided.add(column)
        for heading in mapping.ignored:
            place = self._place(heading, "ignored")
            self._refuse_twice(place, "ignored")
            self.ignored.add(place)
            self.why[place] = IGNORED

        for column, headings in mapping.instead.items():
            if column not in mapping.columns:
                raise FileRefusedError(
                    f"instead has {column}, which has no heading; put it in columns"
                )
            places = [self._place(heading, column) for heading in headings]
            for place in places:
                self._refuse_twice(place, f"instead for {column}")
            self.take_instead(column, places)

    def leave_out_reasons(self) -> None:
        """Leave out the column of reasons that a file of faults has."""
        for place, heading in enumerate(self.header):
            if heading == REASONS and place not in self.targets:
                self.ignored.add(place)
                self.why[place] = OF_FAULTS

    def _refuse_twice(self, place: int, other: str) -> None:
        """Raise FileRefusedError if a mapping has another use of a column, too."""
        target = self.targets.get(place)
        if target is not None or place in self.ignored:
            used = f"mapped to {target}" if target else "left out"
            raise FileRefusedError(
                f"the column {self.header[place]!r} is {used} and {other}; keep one"
            )

    def _place(self, heading: str, where: str) -> int:
        return self.header.index(plan.heading_named(heading, self.header, where))

    def _require_any(self, preset: synonyms.Preset) -> None:
        """Raise FileRefusedError if a list has no heading of a chosen preset."""
        headings = [each for listed in preset.columns.values() for each in listed]
        known = {synonyms.fold(each) for each in headings}
        if not known & {synonyms.fold(each) for each in self.header}:
            listed = ", ".join(headings[:4])
            raise FileRefusedError(
                f"no heading of the list is one of {preset.name}, such as {listed};"
                " leave --preset out, or choose another one"
            )

    def take_preset(self, name: str | None) -> None:
        """Take the preset that fits, or ask which of several it is."""
        fitting = synonyms.fitting(self.header)
        if name is not None:
            fitting = [each for each in synonyms.presets() if each.name == name]
        if len(fitting) > 1:
            names = " and ".join(each.name for each in fitting)
            self.questions.append(
                f"the headings are those of {names}; choose with --preset"
                f" {fitting[0].name!r}"
            )
        if len(fitting) != 1:
            return
        preset = fitting[0]
        if name is not None:
            self._require_any(preset)
        self._take(preset)

    def _take(self, preset: synonyms.Preset) -> None:
        self.preset = preset.name
        for column, headings in preset.columns.items():
            places = self._free_places(headings)
            if places and column not in self.decided:
                self.order[column] = tuple(places)
                self.decided.add(column)
                if values := preset.values.get(column):
                    self.values[column] = values
                for place in places:
                    self.targets[place] = column
                    self.why[place] = f"as {preset.name} exports it"
        for column, headings in preset.instead.items():
            places = self._free_places(headings)
            if places and column in self.targets.values():
                self.take_instead(column, places)
        for place in self._free_places(preset.ignored):
            self.ignored.add(place)
            self.why[place] = f"{preset.name} has it for its own use"

    def _free_places(self, headings: Iterable[str]) -> list[int]:
        """Return where headings of a preset stand; one may be the begin of several."""
        by_fold = {synonyms.fold(each): i for i, each in enumerate(self.header)}
        places: list[int] = []
        for each in headings:
            folded = synonyms.fold(each)
            if each.endswith("*"):
                places += [i for key, i in by_fold.items() if key.startswith(folded)]
            else:
                places.append(by_fold.get(folded, -1))
        return [place for place in dict.fromkeys(places) if self.is_free(place)]

    def take_instead(self, column: str, places: Iterable[int]) -> None:
        """Take columns for the rows in which those of `column` are empty."""
        self.instead[column] = tuple(places)
        for place in self.instead[column]:
            self.ignored.add(place)
            self.why[place] = f"{column} where its other columns are empty"

    def is_free(self, place: int) -> bool:
        """Whether it is not known yet what a column becomes."""
        return place >= 0 and place not in self.targets and place not in self.ignored
