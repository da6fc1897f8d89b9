"""Makes HTML safe for `html.parser`, which takes quadratic time for some texts. Pure.

Comments and declarations are left out: what is in them is never shown. After the last >
no tag can end, so a < there is a character.
"""

import re

_DECLARATION = re.compile(
    # what is not closed goes to the end, so that it is read once
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*(?:>|\Z)",
    re.DOTALL,
)
_START, _END = "<!--StartFragment-->", "<!--EndFragment-->"
_AROUND = re.compile(r"<(/?)(table|ul|ol)\b[^<>]*>", re.IGNORECASE)


def copied(html: str) -> str:
    """Return what somebody copied, without what the clipboard has around it.

    Spreadsheets mark the rows that were copied, within the table, and some programs the
    items of a list: the table or list is then opened again, as its own tag had it.
    """
    start, end = html.find(_START), html.find(_END)
    if not 0 <= start < end:
        return html
    return "".join(_open_at(html[:start])) + html[start:end]


def _open_at(before: str) -> list[str]:
    """Return the tags of tables and lists that are open where a text ends."""
    found: list[str] = []
    for tag in _AROUND.finditer(before):
        if not tag[1]:
            found.append(tag[0])
        elif found:
            found.pop()
    return found


def readable(html: str) -> str:
    """Return HTML that is read in linear time, with the same words."""
    plain = _DECLARATION.sub("", html)
    last = plain.rfind(">") + 1
    return plain[:last] + plain[last:].replace("<", "&lt;")
