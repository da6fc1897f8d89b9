"""The words of cadences in Chinese."""

from scheduler.cadences import LAST, Shift
from scheduler.saying.told import Numbers, Words

_DAYS = "一二三四五六日"
_ORDINALS = {
    1: "第一个",
    2: "第二个",
    3: "第三个",
    4: "第四个",
    5: "第五个",
    LAST: "最后一个",
    -2: "倒数第二个",
}


def _listed(words: list[str]) -> str:
    return "、".join(words)


def _weekly(weekdays: Numbers, weeks: int) -> str:
    names = _listed([f"周{_DAYS[each]}" for each in weekdays])
    return f"每{names}" if weeks == 1 else f"每{weeks}周的{names}"


def _nth(weekdays: Numbers, nths: Numbers) -> str:
    ordinals = _listed([_ORDINALS.get(each, f"第{each}个") for each in nths])
    return ordinals + (_listed([f"星期{_DAYS[each]}" for each in weekdays]) or "工作日")


def _dates(dates: Numbers) -> str:
    return _listed(["最后一天" if each == LAST else f"{each}日" for each in dates])


WORDS = Words(
    every_day="每天",
    every_working_day="每个工作日",
    each_month="每月",
    each_quarter="每季度",
    quarter_begins="每季度第一个月",
    shorter="，或较短月份的最后一天",
    shifts={
        Shift.SKIP: "，办公室关闭时除外",
        Shift.BACK: "，或下一个工作日",
        Shift.FORWARD: "，或前一个工作日",
    },
    starts="，自{}起",
    ends="，至{}止",
    at="，{time}，{zone}",
    weekly=_weekly,
    nth=_nth,
    dates=_dates,
    of_months=lambda months: f"每年{_listed([f'{each}月' for each in months])}的",
    of_run=lambda first, last: f"{first}月至{last}月每月",
    within=lambda months: f"{months.removesuffix('每月')}{{days}}",
    picked="{of}{day}",
)
