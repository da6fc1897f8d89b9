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
from mailer.rendering.allowed import places
from mailer.rendering.allowed.elements import VOID
from mailer.rendering.markup.assemble import assemble, environment
from mailer.rendering.template_files import TemplateFiles

_REFERENCE = re.compile(r"&#x([0-9a-f]{2,6});")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_TAG = re.compile(  # a value may have < and >; a comment has no tags
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*+)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>",
    re.DOTALL,
)
_OPENING = re.compile(r"<[a-zA-Z](?:[^<>\"]|\"[^\"]*\")*+>")  # as css_inline writes it
_VALUE = re.compile(r"\"[^\"]*\"")
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
    _check_depth(source, templates, name)
    packed = _BEYOND_ASCII.sub(lambda match: f"&#x{ord(match[0]):x};", source)
    try:
        html = mjml2html(packed, fonts={})
    except ValueError as fault:
        raise ContentError(f"{name}/body.mjml", f"not valid MJML: {fault}") from None
    css = environment(templates).get_template("_layout/letter.css").render(values)
    inlined = _inliner(css).inline(html)
    inlined = _OPENING.sub(_without_signs, inlined)
    whole = _REFERENCE.sub(_character, inlined)
    whole = whole.replace("&nbsp;", "\u00a0")  # `bidi` looks for the character
    mark, words = title
    return whole.replace(mark, str(escape(words)))


def _without_signs(tag: re.Match[str]) -> str:
    """Return a tag with references for < and > in its values.

    So what follows finds the end of a tag at its first >.
    """
    return _VALUE.sub(
        lambda value: value[0].replace("<", "&lt;").replace(">", "&gt;"), tag[0]
    )


def _character(reference: re.Match[str]) -> str:
    """Return the character that was packed; other references stay as they are."""
    code = int(reference[1], 16)
    if code > sys.maxunicode or chr(code).isascii():
        return reference[0]
    return chr(code)


def _check_depth(source: str, templates: TemplateFiles, name: str) -> None:
    """Raise ContentError where nesting is so deep that it could crash MRML."""
    depth = 0
    for tag in _TAG.finditer(source):
        if tag["name"] is None or tag["name"].lower() in VOID or tag[0][-2] == "/":
            continue
        depth += -1 if tag["close"] else 1
        if depth > _DEPTH:
            where = places.locate_written(templates, name, tag[0])
            what = f"elements are nested more than {_DEPTH} deep"
            raise ContentError(where, what)


@lru_cache
def _inliner(css: str) -> CSSInliner:
    return CSSInliner(
        extra_css=css,
        keep_style_tags=True,
        keep_link_tags=False,
        load_remote_stylesheets=False,
    )
