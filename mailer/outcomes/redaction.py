"""Removes addresses, tokens and passwords from text, before it is logged or shown."""

import re

HIDDEN = "<…>"
_ADDRESS = re.compile(  # also in links, where @ is encoded
    r"""<?(?:"[^"]*"|(?<![^\s<>"(),:;@])[^\s<>"(),:;@]+)"""  # at the start of a word
    r"""(?:@|%40|=40)[\w.\-\[\]:%]*[\w\]]>?"""
)
# The shortest token of a link has 34 characters, that of a return-path 38.
_TOKEN = re.compile(r"(?<![\w-])[\w-]{30,}", re.ASCII)
_PASSWORD = re.compile(
    r"""(?P<name>\b(?:password|passwd|passphrase)["']?\s*[=:]\s*)(?:"[^"]*"|\S+)""",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"(?P<before>\w://[^\s/@]*:)[^\s/]*(?P<after>@)")


def without_addresses(text: str) -> str:
    """Return a relay's text with <…> for each address, which no log may hold."""
    return _ADDRESS.sub(HIDDEN, text)


def without_secrets(text: str) -> str:
    """Return a text with <…> for all that looks like an address, token or password."""
    text = _PASSWORD.sub(rf"\g<name>{HIDDEN}", text)
    text = _IN_URL.sub(rf"\g<before>{HIDDEN}\g<after>", text)
    return _TOKEN.sub(HIDDEN, without_addresses(text))
