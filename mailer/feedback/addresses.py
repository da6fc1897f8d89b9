"""Finds addresses in the fields and the prose of returned mails."""

import re

_LETTERS = r"\u00c0-\u1fff\u3040-\ud7ff\uf900-\ufdff"  # without punctuation
_LOCAL = rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~{_LETTERS}-]{{1,128}}"
_DOMAIN = (
    rf"(?:[A-Za-z0-9{_LETTERS}_-]{{1,63}}\.){{1,8}}"
    rf"(?:[A-Za-z][A-Za-z0-9-]{{1,62}}|[{_LETTERS}][\w-]{{1,62}})"
)
# words of Chinese and Japanese that stand before an address without a space
_BEFORE = re.compile(r"^[\u3040-\ud7ff]+(?=[A-Za-z0-9])")
ADDRESS = re.compile(rf"(?<![\w.@+-])(?:{_LOCAL}|\"[^\"\n@]{{1,64}}\")@{_DOMAIN}")
_LOOSE = re.compile(r"[^\s<>,;:\"()\[\]]{1,128}@[^\s<>,;:\"()\[\]@]{1,255}")
_PREFIX = re.compile(r"^(mailto|smtp|rfc822)[:=]", re.IGNORECASE)
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_HIGHEST = 0x10FFFF
_XTEXT = re.compile(r"\+([0-9A-F]{2})")


def of_field(value: str) -> str:
    """Return the address of a field such as `rfc822; <a@b.example>`, "" if none.

    The escapes of utf-8-addr-xtext (RFC 6533) are resolved.
    """
    kind, separator, rest = value.partition(";")
    text = (rest if separator else kind).strip()
    text = _ESCAPED.sub(_character, text)
    if kind.strip().lower() == "rfc822" and "+3D" in text.upper():
        text = _XTEXT.sub(lambda match: chr(int(match[1], 16)), text)
    match = ADDRESS.search(text) or _LOOSE.search(text)
    return match[0].strip("'") if match else ""


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if number <= _HIGHEST else ""


def within(text: str) -> list[str]:
    """Return the addresses in a text, in order, each once without regard to case."""
    found: dict[str, str] = {}
    for match in ADDRESS.finditer(text):
        address = _BEFORE.sub("", _PREFIX.sub("", match[0].strip("'`*=_|")))
        found.setdefault(address.lower(), address)
    return list(found.values())
