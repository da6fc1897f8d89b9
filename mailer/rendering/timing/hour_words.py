"""The words and signs with which hours are written in letters, as patterns."""

import re

HALVES = {  # of the day: the words after an hour, and those before one
    "am": (
        (
            r"a\.?\s?m(?!\w)\.?|ص(?![\w.])|صباح[اً]{0,2}|قبل الظهر|утра|du matin"
            r"|de la mañana|in the morning"
        ),
        "早上|早晨|上午|清晨",
    ),
    "night": ("ночи|de la madrugada|فجر[اً]{0,2}", "凌晨"),
    "day": (
        (
            r"дня|после полудня|de l['’]après-midi|de la tarde|del mediodía|بعد الظهر"
            r"|(?:ظهر|عصر)[اً]{0,2}|in the afternoon"
        ),
        "中午|下午|傍晚",
    ),
    "pm": (r"p\.?\s?m(?!\w)\.?|م(?![\w.])|مساء[اً]{0,2}", ""),
    "evening": (r"вечера|du soir|de la noche|in the evening", "晚上|晚间"),
}
HOURS_OF = {  # the hours that may be meant; 12 is noon in pm and day, else midnight
    "": {*range(24)},
    "am": {*range(13)},
    "night": {12, *range(6)},
    "day": {*range(1, 10), *range(12, 24)},
    "pm": {*range(1, 24)},
    "evening": {*range(4, 12), *range(16, 24)},
}
AFTER = re.compile(
    "|".join(
        rf"(?P<{half}>\s?(?:{words})(?!\w))" for half, (words, _) in HALVES.items()
    ),
    re.IGNORECASE,
)
BEFORE = re.compile(
    "|".join(
        rf"(?P<{half}>(?:{words})\s?(?=[\d一二两三四五六七八九十]))"
        for half, (_, words) in HALVES.items()
        if words
    )
)
NOON = re.compile(
    r"(?:12\s)?(?:noon|midday|midi|mediodía|полдень|正午"
    r"|中午|الظهر|mittag)(?!\w)",
    re.IGNORECASE,
)
MIDNIGHT = re.compile(
    r"(?:12\s)?(?:midnight|minuit|medianoche|полночь|午夜"
    r"|منتصف الليل|mitternacht)(?!\w)",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(\d{1,2})(?!\d)|([零一二两三四五六七八九十]{1,3})(?=[点點时時])")
MINUTES = re.compile(
    r"(?:[:.](\d\d)|\s?h\s?(\d\d)(?:\s?(?:mn|min(?:utes?|utos?)?)(?!\w)\.?)?)"
    r"(?!\d|[:.]\d)",
    re.IGNORECASE,
)
UNIT = re.compile(
    r"\s?(?:(?:h|heures?|horas?|hours?|hrs?|hs|uhr|час(?:ов|а|ами)?|ч)(?!\w)\.?"
    r"(?!(?<=heure) (?:de (?!la )|d['’]|local)|(?<=hora) (?:de (?!la )|local))"
    r"|[点點时時][钟鐘]?)",
    re.IGNORECASE,
)
AFTER_UNIT = re.compile(
    r"\s?(\d\d?)(?:\s?(?:min|mn|minutes?|minutos?|мин|минут[аы]?)(?!\w)\.?|分)"
    r"|(?<=[点點时時])(?:(半|一刻|三刻)|整)|(?<=uhr)\s(\d\d)(?![\d:.])"
    r"|(?<=heures)\s(\d\d)(?![\d:.])|(?<=[点點时時])(\d\d)(?!\d)",
    re.IGNORECASE,
)
LEAD = re.compile(
    r"(?:at|from|à partir de|à|dès|(?:de|a|desde|a partir de) las?|las?|de|desde|с|в|от"
    r"|начиная с|von|um|ab|al?|(?:اعتبارا من |ابتداء من )?(?:من )?الساعة|من)"
    r"\s{1,9}(?=\S)"
    r"|[从自于]\s?",
    re.IGNORECASE,
)
JOINT = re.compile(
    r"\s{0,9}(?:[-－‐‑‒–—―−~〜～]+>?|→|至|到)\s{0,9}"
    r"|\s{1,9}(?:to|until|till|à|jusqu['’]à|al?|a las?"
    r"|hasta|hasta las?|до|bis|إلى|الى|حتى|إلى الساعة)\s{1,9}",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    r"(?:between|entre|между|zwischen|ما بين|بين)\s{1,9}", re.IGNORECASE
)
AND = re.compile(r"\s{1,9}(?:and|et|y|и|und)\s{1,9}|\s{1,9}و\s{0,9}", re.IGNORECASE)
NEXT_DAY = re.compile(
    r"\s{0,9}\(?(?:\+\s?1(?:\s?(?:days?|d|jour|j|día))?(?!\w)"
    r"|(?:the )?(?:next|following) day"
    r"|(?:le )?lendemain|(?:del |al )?día siguiente|(?:на )?следующ\w+ д\w+|次日|翌日"
    r"|第二天|(?:في )?اليوم التالي|am nächsten tag)\)?\s?",
    re.IGNORECASE,
)
AGAIN = re.compile(
    r"\W{0,9}(?:\d{1,2}[:.]\d\d(?!\d)|\d{1,2}\s?(?:h|uhr|[ap]\.?\s?m)(?!\w)|o['’]?\s?clock"
    r"|[ap]\.?\s?m(?!\w)|[صم]\.|\d{1,2}[点點时時])",
    re.IGNORECASE,
)
ZONE = re.compile(
    r"\W{0,9}(?:мск|МСК|بتوقيت|по \w{3,20} времени)(?!\w)|（\w{0,8}时间）"
    r"|\W{0,9}(?:CES?T|GMT|UTC|BST|WES?T|EES?T|MSK|JST|IST|EAT|WAT|CAT|[ECMP][SD]T)(?!\w)"
    r"|\W{0,9}(?:heure|hora) (?:(?:de |d['’])(?=[A-ZÀ-Þ])|locale?(?!\w))"
    r"|\s{0,9}\((?i:[\w ]*\b(?:time|heure|hora|время|времени)\b[\w ]*|\w*时间)\)"
)
A_ZONE = re.compile(  # in a line that has an hour only
    r"(?:time|heure|hora|zeit|времени|время)(?!\w)|时间|時間|توقيت|\s\+\d\d:?\d\d(?!\d)"
    r"|\dZ(?!\w)",
    re.IGNORECASE,
)
MISTYPED = re.compile(  # 15-00, 15'30, 15∶30, 1530, 15:30:00: the hour that is meant
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-3])"
    r"(?:\s?:\s?(?=\d\d(?!\d))|,(?=\d\d(?!\d))|\s?[-‐‑–—]\s?(?=00|2[5-9]|[3-5]\d)|['’′∶﹕ː]|:(?=\d\d:\d\d)|(?=\d\d(?!\d)))"
    r"(?P<minute>[0-5]\d)(?::\d\d)?(?!\d)"
)
SEPARATOR = re.compile(r"\s{0,9}(?:[:：,，、|·.]|[-–—−](?=\s))?\s{0,9}")
