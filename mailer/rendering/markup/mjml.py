"""Lays a letter out as HTML: renders its template, converts MJML, inlines CSS.

The converter (MRML) damages non-ASCII characters in attributes. So it gets character
references instead, which are replaced by their characters afterwards.
"""

import re
import sys
from functools import lru_cache
from typing import Any

from css_inline import CSSInliner
from markupsafe import escape
from mjml import mjml2html

from mailer.errors import ContentError
from mailer.rendering.markup.assemble import assemble, environment
from mailer.rendering.template_files import TemplateFiles

_REFERENCE = re.compile(r"&#x([0-9a-f]{2,6});")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_DEPTH = 100  # nested tags; MRML crashes at about 1,000


def lay_out(
    templates: TemplateFiles,
    name: str,
    values: dict[str, Any],
    *,
    title: tuple[str, str],
) -> str:
    """Return the HTML of a letter; `title` is the mark of its title, and the title.

    Raises ContentError with the file of the template where it is at fault.
    """
    source = assemble(templates, name, values)
    _check_depth(source, name)
    packed = _BEYOND_ASCII.sub(lambda match: f"&#x{ord(match[0]):x};", source)
    try:
        html = mjml2html(packed, fonts={})
    except ValueError as fault:
        raise ContentError(f"{name}/body.mjml", f"not valid MJML: {fault}") from None
    css = environment(templates).get_template("_layout/letter.css").render(values)
    inlined = _inliner(css).inline(html)
    whole = _REFERENCE.sub(_character, inlined)
    whole = whole.replace("&nbsp;", "\u00a0")  # `bidi` looks for the character
    mark, words = title
    return whole.replace(mark, str(escape(words)))


def _character(reference: re.Match[str]) -> str:
    """Return the character that was packed; other references stay as they are."""
    code = int(reference[1], 16)
    if code > sys.maxunicode or chr(code).isascii():
        return reference[0]
    return chr(code)


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
