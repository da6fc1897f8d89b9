"""Reads the front matter of a text: YAML between two lines `---`.

    ---
    subject: "Letter: June 2027"   # quoted or not
    preheader: What is due
    ---

Every value is text. A value without quotes is taken as it is written, also with a colon
or a bracket, which YAML alone would refuse.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from audiences import characters
from mailer.errors import ContentError

KNOWN = ("subject", "preheader")
Numbered = list[tuple[int, str]]
_LISTED = " and ".join(KNOWN)
_LINE = re.compile(
    rf"[\"']?(?P<key>{'|'.join(KNOWN)})[\"']?\s*[:：]\s*(?P<value>.*)", re.IGNORECASE
)
_BY_YAML = re.compile(r"[\"']|[|>][+-]?\d?[+-]?\s*(?:#.*)?$|$")
_COMMENT = re.compile(r"(?:^|\s)#\s.*$")
_QUOTED = re.compile(r"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')\s*(?:\s#.*)?")
_OTHER = re.compile(r"(?P<key>[^\s:：#][^:：]{0,40}?)\s*[:：](?:\s|$|(?<=：))")
_SUBJECTS = {
    *("objet", "sujet", "asunto", "тема", "主题", "主題", "الموضوع", "betreff"),
}
_NEAR_COMMENT = re.compile(r"\s(#\S{1,40})")


def read(
    lines: Numbered, where: str, faults: list[ContentError]
) -> tuple[dict[str, str], Numbered]:
    """Return the values of the front matter, and the lines after it.

    Adds each fault of a line to `faults`. Raises ContentError if the front matter has
    no beginning or no end.
    """
    start = next((n for n, (_, line) in enumerate(lines) if line.strip()), 0)
    if not lines or lines[start][1].strip() != "---":
        raise ContentError(
            f"{where}, line 1", "the file begins with --- and a line subject: …"
        )
    end = _end(lines, start, where)
    found: list[ContentError] = []
    written = "\n".join(_as_yaml(lines[start + 1 : end], where, found))
    first, last = lines[start][0] + 1, lines[end][0]
    values: dict[str, str] = {}
    for key, value, number in _pairs(written, first, where, found):
        if key in values:
            _add(found, where, number, f"{key} is here twice; keep one of them")
        values[key] = value
    if not found and not values.get("subject"):
        _add(found, where, last, "the subject is missing; add a line subject: …")
    faults += found
    return values, lines[end + 1 :]


def line(key: str, value: str) -> str:
    """Return a line of front matter, with quotes around a value that needs them."""
    if _BY_YAML.match(value) or "#" in value:
        return f"{key}: {_quoted(value)}"
    return f"{key}: {value}"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _add(faults: list[ContentError], where: str, number: int, sentence: str) -> None:
    faults.append(ContentError(f"{where}, line {number}", sentence))


def _end(lines: Numbered, start: int, where: str) -> int:
    """Return the position of the line that closes the front matter."""
    unclosed = "the front matter is not closed by a line ---"
    for position in range(start + 1, len(lines)):
        number, line = lines[position]
        if line.strip() == "---":
            return position
        if re.match(r"#\s+[a-z]", line) and not _is_comment(lines[position:]):
            raise ContentError(f"{where}, line {number}", f"{unclosed} before this")
    raise ContentError(where, unclosed)


def _is_comment(lines: Numbered) -> bool:
    """Return whether the front matter is closed before the next empty line."""
    return next((line for _, line in lines if line.strip() in {"", "---"}), "") != ""


def _as_yaml(lines: Numbered, where: str, faults: list[ContentError]) -> Iterator[str]:
    """Yield each line as YAML, with quotes around a value that YAML would refuse."""
    for position, (number, line) in enumerate(lines):
        match = _LINE.fullmatch(line.strip())
        following = lines[position + 1][1] if position + 1 < len(lines) else ""
        if line[:1].isspace() or not line.strip() or line.startswith(("#", "- ")):
            yield line
            continue
        if match is None:
            _add(faults, where, number, _not_known(line))
            yield ""
            continue
        key, value = match["key"].lower(), match["value"]
        if _BY_YAML.match(value):
            open_quote = _open_quote(value, following)
            if open_quote:
                _add(faults, where, number, f"{key}: {open_quote}")
            yield f"{key}: {value}" if not open_quote else ""
            continue
        value = _COMMENT.sub("", value).strip()
        if near := _NEAR_COMMENT.search(value):
            sentence = (
                f"{key}: in YAML a comment begins at {near[1]!r}; put the value in"
                ' quotes: "…"'
            )
            _add(faults, where, number, sentence)
        if following[:1].isspace() and following.strip():  # the value goes on there
            yield f"{key}: {value}"
        else:
            yield f"{key}: {_quoted(value)}"


def _not_known(line: str) -> str:
    """Return the sentence on a line that has neither subject nor preheader."""
    other = _OTHER.match(line)
    if other is None:
        return "expected subject: … or preheader: …"
    name = other["key"].strip("\"'")
    if name.casefold() in _SUBJECTS:
        return f"there is no line {name!r} here; write subject: …"
    return f"there is no line {name!r} here; the lines are {_LISTED}"


def _open_quote(value: str, following: str) -> str:
    """Return what is wrong with the quotation marks of a value; "" if nothing is.

    A value that goes on in the next line is left to YAML.
    """
    mark = value[:1]
    if mark not in {'"', "'"} or _QUOTED.fullmatch(value):
        return ""
    if following[:1].isspace() and following.strip():
        return ""
    if mark not in value[1:]:
        return f"the quotation mark {mark} is not closed; close it or remove it"
    return (
        f"the value begins with {mark}, and does not end with the next {mark};"
        " use “…” for what is quoted within it"
    )


def _pairs(
    written: str, first: int, where: str, faults: list[ContentError]
) -> Iterator[tuple[str, str, int]]:
    """Yield the keys and values with their lines; add what is wrong to `faults`."""
    try:
        root: Any = yaml.compose(written, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        number = first + (mark.line if mark else 0)
        what = f"not valid YAML: {fault.problem or fault.context}"
        _add(faults, where, number, f'{what}; put the value in quotes: "…"')
        return
    except (yaml.YAMLError, RecursionError) as fault:
        shown = str(fault).partition("\n")[0]
        _add(faults, where, first, f"not valid YAML: {shown}")
        return
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        number = first + root.start_mark.line
        _add(faults, where, number, "expected subject: … or preheader: …")
        return
    for key, value in root.value:
        number = first + key.start_mark.line
        name = str(key.value)[:60]
        if name not in KNOWN:
            sentence = f"there is no line {name!r} here; the lines are {_LISTED}"
            _add(faults, where, number, sentence)
        elif not isinstance(value, yaml.ScalarNode):
            _add(faults, where, number, f"{name} is a list; write one line of text")
        else:
            plain = re.sub(r"(?<!\s)\s*\n\s*", " ", value.value).strip()
            if (place := characters.control_position(plain)) is not None:
                what = characters.described(plain[place])
                _add(faults, where, number, f"{name}: a control character ({what})")
            yield name, plain, number
