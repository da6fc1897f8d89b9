"""Removes addresses from a relay's text, before it is logged or shown."""

import re

_ADDRESS = re.compile(  # also in links, where @ is encoded
    r"""<?(?:"[^"]*"|(?<![^\s<>"(),:;@])[^\s<>"(),:;@]+)"""  # at the start of a word
    r"""(?:@|%40|=40)[\w.\-\[\]:%]*[\w\]]>?"""
)


def without_addresses(text: str) -> str:
    """Return a relay's text with <…> for each address, which no log may hold."""
    return _ADDRESS.sub("<…>", text)
