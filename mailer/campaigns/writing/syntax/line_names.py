"""Recognises the typed lines of a block, however people write them.

`date: 2027-05-04` is also read as `Date:`, `date：`, `- date:`, `**Date:**` and
`日期：`. The names in other languages are those a colleague would try.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_OTHER_NAMES = {
    "title": "titre título titulo заголовок название 标题 العنوان titel",
    "date": "fecha дата 日期 التاريخ data datum day jour día",
    "until": "jusqu'au jusqu’au fin hasta до 截止 截至 حتى to bis",
    "time": "heure hora время 时间 الوقت الساعة zeit hour",
    "place": "lieu lugar место 地点 المكان ort venue location endroit",
    "contact": "contacto контакт контакты 联系人 联系方式 للاتصال contacts",
    "link": "lien enlace ссылка 链接 الرابط url",
    "label": "libellé étiquette etiqueta 按钮 bouton botón",
    "organisation": "organization organización организация 组织 المنظمة",
    "sectors": "secteurs sectores секторы",
    "number": "numéro número номер 编号 الرقم",
    "addressees": "destinataires destinatarios адресаты",
    "languages": "langues idiomas языки 语言 اللغات",
}
_TYPED = re.compile(
    r"\s*(?P<list>(?:[-*+•–]|\d{1,2}[.)])\s{1,9}|>\s{0,9})?(?P<bold>\*\*|__|\*|_)?"
    r"(?P<name>[^\W\d_][\w'’ ]{0,30}?)[ \u00a0\u202f]{0,9}(?P<closed>\*\*|__|\*|_)?"
    r"[ \u00a0\u202f]{0,9}[:：﹕]"
    r"(?(closed)|(?(bold)(?:\s{0,9}(?:\*\*|__)|[*_](?=\s))?))"
    r"\s{0,9}(?P<value>.*)"
)
_PLAIN = re.compile(r"[a-z_]+:")
_ADDRESS = re.compile(r"(?:https?|mailto|tel|www|cid):?", re.IGNORECASE)
_WITHOUT_COLON = re.compile(
    r"\s*(?:(?P<name>[^\W\d_]+)\s{0,9}(?:=|[;；؛]|->|→|\s[-–—]\s)\s*\S|(?P<day>date|time|until)\s{1,9}[-–]?\s{0,9}\d)",
    re.IGNORECASE,
)
_NEAR = 0.8  # of difflib's ratio
_SHORTEST = 4  # letters of a name that is compared


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedLine:
    """A line `name: value`; `known` is its name among those of a block, or empty."""

    name: str
    value: str
    known: str
    listed: bool  # it is an item of a list
    plain: bool  # in small letters, as our lines are


def read(line: str, names: Iterable[str]) -> TypedLine | None:
    """Return a line as one of a block with these names; None if it has no name."""
    match = _TYPED.fullmatch(line)
    if match is None or match["value"].lstrip().startswith("//"):
        return None
    if _ADDRESS.fullmatch(match["name"]):
        return None
    return TypedLine(
        name=match["name"],
        value=match["value"].strip(),
        known=_known(match["name"], names),
        listed=bool(match["list"]),
        plain=_PLAIN.match(line) is not None,
    )


def near(line: str, names: Iterable[str]) -> str:
    """Return the name that a line almost has; "" if it has none."""
    known = list(names)
    if match := _WITHOUT_COLON.match(line):
        return _known(match["name"] or match["day"], known)
    typed = read(line, known)
    if typed is None or typed.known or len(typed.name) < _SHORTEST:
        return ""
    close = difflib.get_close_matches(_folded(typed.name), known, n=1, cutoff=_NEAR)
    return close[0] if close else ""


def _known(name: str, names: Iterable[str]) -> str:
    known = set(names)
    folded = _folded(name)
    if folded in known:
        return folded
    other = _CANONICAL.get(folded, "")
    return other if other in known else ""


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


_CANONICAL = {
    _folded(other): name
    for name, others in _OTHER_NAMES.items()
    for other in others.split()
}
