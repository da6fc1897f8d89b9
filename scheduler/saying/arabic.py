"""The words of cadences in Arabic."""

from scheduler.cadences import LAST, Shift
from scheduler.saying.told import Numbers, Words

_WEEKDAYS = ("اثنين", "ثلاثاء", "أربعاء", "خميس", "جمعة", "سبت", "أحد")
_MONTHS = (
    *("", "كانون الثاني/يناير", "شباط/فبراير", "آذار/مارس", "نيسان/أبريل"),
    *("أيار/مايو", "حزيران/يونيو", "تموز/يوليو", "آب/أغسطس", "أيلول/سبتمبر"),
    *("تشرين الأول/أكتوبر", "تشرين الثاني/نوفمبر", "كانون الأول/ديسمبر"),
)
_ORDINALS = {
    1: "أول",
    2: "ثاني",
    3: "ثالث",
    4: "رابع",
    5: "خامس",
    LAST: "آخر",
    -2: "ما قبل آخر",
}
_FEW = 10  # weeks that are counted in the plural


def _listed(words: list[str]) -> str:
    return " و".join(words)


def _weekly(weekdays: Numbers, weeks: int) -> str:
    days = [f"يوم {_WEEKDAYS[each]}" for each in weekdays]
    if weeks == 1:
        return _listed([f"كل {each}" for each in days])
    if weeks == 2:  # noqa: PLR2004 (the dual)
        return f"{_listed(days)} كل أسبوعين"
    return f"{_listed(days)} كل {weeks} {'أسابيع' if weeks <= _FEW else 'أسبوعًا'}"


def _nth(weekdays: Numbers, nths: Numbers) -> str:
    if any(each not in _ORDINALS for each in nths):  # only of working days
        return _listed([f"يوم العمل رقم {each}" for each in nths])
    names = [f"يوم {_WEEKDAYS[each]}" for each in weekdays] or ["يوم عمل"]
    ordinals = _listed([_ORDINALS[each] for each in nths])
    return _listed([f"{ordinals} {each}" for each in names])


def _dates(dates: Numbers) -> str:
    return _listed(["آخر يوم" if each == LAST else f"يوم {each}" for each in dates])


WORDS = Words(
    every_day="كل يوم",
    every_working_day="كل يوم عمل",
    each_month="من كل شهر",
    each_quarter="من كل ربع سنة",
    quarter_begins="من الشهر الأول من كل ربع سنة",
    shorter="، أو آخر يوم في الشهر الأقصر",
    shifts={
        Shift.SKIP: "، إلا إذا كان المكتب مغلقًا",
        Shift.BACK: "، أو يوم العمل التالي",
        Shift.FORWARD: "، أو يوم العمل السابق",
    },
    starts="، اعتبارًا من {}",
    ends="، حتى {}",
    at="، {time}، {zone}",
    weekly=_weekly,
    nth=_nth,
    dates=_dates,
    of_months=lambda months: f"من {_listed([_MONTHS[each] for each in months])}",
    of_run=lambda first, last: f"من {_MONTHS[first]} إلى {_MONTHS[last]}",
    within=lambda months: f"{{days}}، {months}",
)
