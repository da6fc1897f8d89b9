"""The words of cadences in Spanish."""

from scheduler.cadences import LAST, Shift
from scheduler.saying.parts import listed
from scheduler.saying.told import Numbers, Words

_WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_MONTHS = (
    *("", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto"),
    *("septiembre", "octubre", "noviembre", "diciembre"),
)
_ORDINALS = {
    1: "primer",
    2: "segundo",
    3: "tercer",
    4: "cuarto",
    5: "quinto",
    LAST: "último",
    -2: "penúltimo",
}


def _listed(words: list[str]) -> str:
    return listed(words, "y")


def _weekly(weekdays: Numbers, weeks: int) -> str:
    names = [_WEEKDAYS[each] for each in weekdays]
    if weeks > 1:
        return f"cada {weeks} semanas, el {_listed(names)}"
    many = [each if each.endswith("s") else f"{each}s" for each in names]
    return f"todos los {_listed(many)}"


def _nth(weekdays: Numbers, nths: Numbers) -> str:
    ordinals = _listed([_ORDINALS.get(each, f"{each}.º") for each in nths])
    names = _listed([_WEEKDAYS[each] for each in weekdays]) if weekdays else ""
    return f"el {ordinals} {names or 'día hábil'}"


def _dates(dates: Numbers) -> str:
    names = ["el último día" if each == LAST else f"el día {each}" for each in dates]
    return _listed(names)


WORDS = Words(
    every_day="todos los días",
    every_working_day="todos los días hábiles",
    each_month="de cada mes",
    each_quarter="de cada trimestre",
    quarter_begins="del primer mes de cada trimestre",
    shorter=", o el último día si el mes es más corto",
    shifts={
        Shift.SKIP: ", salvo si la oficina está cerrada",
        Shift.BACK: ", o el día hábil siguiente",
        Shift.FORWARD: ", o el día hábil anterior",
    },
    starts=", desde el {}",
    ends=", hasta el {}",
    at=", {time}, {zone}",
    weekly=_weekly,
    nth=_nth,
    dates=_dates,
    of_months=lambda months: f"de {_listed([_MONTHS[each] for each in months])}",
    of_run=lambda first, last: f"de {_MONTHS[first]} a {_MONTHS[last]}",
    within=lambda months: f"{{days}} {months}",
)
