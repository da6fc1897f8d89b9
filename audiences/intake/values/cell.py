"""What a parser of cells is, and what it raises."""

from collections.abc import Callable
from typing import Any

# What a spreadsheet shows in a cell whose formula has no value.
SPREADSHEET_ERRORS = frozenset(
    [
        *("#N/A", "#REF!", "#NAME?", "#DIV/0!", "#VALUE!", "#NUM!", "#NULL!"),
        *("#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!"),
        *("#BUSY!", "#UNKNOWN!", "#EXTERNAL!", "#PYTHON!"),
        # in French, Spanish, Portuguese, German and Russian
        *("#N/D", "#NOM?", "#VALEUR!", "#NOMBRE!", "#NUL!", "#CALCUL!"),
        *("#¡REF!", "#¿NOMBRE?", "#¡DIV/0!", "#¡VALOR!", "#¡NUM!", "#¡NULO!"),
        *("#NOME?", "#VALOR!", "#NÚM!", "#NULO!"),
        *("#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#ÜBERLAUF!"),
        *("#Н/Д", "#ССЫЛКА!", "#ИМЯ?", "#ДЕЛ/0!", "#ЗНАЧ!", "#ЧИСЛО!", "#ПУСТО!"),
        *("Err:502", "Err:504", "Err:508", "Err:509", "Err:511", "Err:522"),
    ]
)
# What databases and other programs write for an empty cell.
NOTHING = frozenset(
    [*("NULL", "null", "(null)", "\\N", "N/A", "n/a", "NaN", "nan", "undefined")]
)
MAX_CELL = 2_000  # characters; the codes of all countries have 800

Parse = Callable[[str], Any]  # raises CellError


class CellError(Exception):
    """The cell is not valid; the message is the reason.

    `rest` is the value of the part of the cell that is valid, or None.
    """

    def __init__(self, reason: str = "", *, rest: Any = None) -> None:
        super().__init__(reason)
        self.rest = rest


def parsed(parse: Parse, raw: str) -> Any:
    """Parse a cell, None if it says that it is empty.

    Raises CellError if it is faulty or longer than any good one.
    """
    if len(raw) > MAX_CELL:
        raise CellError(f"{len(raw)} characters; at most {MAX_CELL} are read")
    if raw[:1] in "#E" and raw in SPREADSHEET_ERRORS:
        raise CellError("an error of the spreadsheet, not a value; correct its formula")
    return None if raw in NOTHING else parse(raw)
