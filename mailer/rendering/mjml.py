"""Lays a letter out as HTML: Jinja assembles MJML, MJML makes HTML, CSS is inlined.

Templates see plain values only, in a sandbox, and load nothing from outside the
site's template folder. MRML writes characters of attributes as Rust escapes, so only
ASCII passes through it: other characters travel as references and are put back after.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from css_inline import CSSInliner
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape
from mjml import mjml2html

from mailer.errors import ContentError

TITLE = "zq9title9qz"
_REFERENCE = re.compile(r"&#x([0-9a-f]+);")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_DEPTH = 100  # nested tags; MRML dies at about a thousand


def lay_out(templates: Path, name: str, values: dict[str, Any], *, title: str) -> str:
    """Return a letter's HTML; raise ContentError naming the template at fault."""
    source = assemble(templates, name, values)
    refuse_depth(source, name)
    packed = _BEYOND_ASCII.sub(lambda found: f"&#x{ord(found[0]):x};", source)
    try:
        html = mjml2html(packed, fonts={})
    except ValueError as fault:
        raise ContentError(f"{name}/body.mjml", f"not MJML: {fault}") from None
    inlined = _inliner(templates).inline(html)
    whole = _REFERENCE.sub(lambda found: chr(int(found[1], 16)), inlined)
    return whole.replace(TITLE, str(escape(title)))


def assemble(templates: Path, name: str, values: dict[str, Any]) -> str:
    """Return the MJML of a letter."""
    environment = _environment(templates)
    try:
        template = environment.get_template(f"{name}/body.mjml")
        return template.render(values)
    except TemplateSyntaxError as fault:
        where = f"{fault.name or name}, line {fault.lineno}"
        raise ContentError(where, f"not a template: {fault.message}") from None
    except SecurityError as fault:
        raise ContentError(f"{name}/body.mjml", f"not allowed: {fault}") from None
    except TemplateError as fault:
        raise ContentError(f"{name}/body.mjml", str(fault.message or fault)) from None


def refuse_depth(source: str, name: str) -> None:
    """Refuse elements nested so deep that the MJML engine would die of them."""
    depth = 0
    for tag in re.finditer(r"<(/?)[a-zA-Z][^<>]*?(/?)>", source):
        if not tag[2]:
            depth += -1 if tag[1] else 1
        if depth > _DEPTH:
            raise ContentError(
                f"{name}/body.mjml", f"elements are nested more than {_DEPTH} deep"
            )


@cache
def _environment(templates: Path) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _inliner(templates: Path) -> CSSInliner:
    css = (templates / "_layout" / "letter.css").read_text(encoding="utf-8")
    return CSSInliner(
        extra_css=css,
        keep_style_tags=True,
        keep_link_tags=False,
        load_remote_stylesheets=False,
    )
