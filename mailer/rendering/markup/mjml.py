"""Lays a letter out as HTML: renders its template, converts MJML, inlines CSS.

The converter (MRML) damages non-ASCII characters in attributes. So it gets character
references instead, which are replaced by their characters afterwards.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from css_inline import CSSInliner
from markupsafe import escape
from mjml import mjml2html

from mailer.errors import ContentError
from mailer.rendering.markup.assemble import assemble

TITLE = "zq9title9qz"
_REFERENCE = re.compile(r"&#x([0-9a-f]+);")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_DEPTH = 100  # nested tags; MRML crashes at about 1,000


def lay_out(templates: Path, name: str, values: dict[str, Any], *, title: str) -> str:
    """Return the HTML of a letter.

    Raises ContentError with the file of the template where it is at fault.
    """
    source = assemble(templates, name, values)
    _check_depth(source, name)
    packed = _BEYOND_ASCII.sub(lambda match: f"&#x{ord(match[0]):x};", source)
    try:
        html = mjml2html(packed, fonts={})
    except ValueError as fault:
        raise ContentError(f"{name}/body.mjml", f"not valid MJML: {fault}") from None
    css = (templates / "_layout" / "letter.css").read_text(encoding="utf-8")
    inlined = _inliner(css).inline(html)
    whole = _REFERENCE.sub(lambda match: chr(int(match[1], 16)), inlined)
    whole = whole.replace("&nbsp;", "\u00a0")  # `bidi` looks for the character
    return whole.replace(TITLE, str(escape(title)))


def _check_depth(source: str, name: str) -> None:
    """Raise ContentError where nesting is so deep that it could crash MRML."""
    depth = 0
    for tag in re.finditer(r"<(/?)[a-zA-Z][^<>]*?(/?)>", source):
        if not tag[2]:
            depth += -1 if tag[1] else 1
        if depth > _DEPTH:
            raise ContentError(
                f"{name}/body.mjml", f"elements are nested more than {_DEPTH} deep"
            )


@lru_cache
def _inliner(css: str) -> CSSInliner:
    return CSSInliner(
        extra_css=css,
        keep_style_tags=True,
        keep_link_tags=False,
        load_remote_stylesheets=False,
    )
