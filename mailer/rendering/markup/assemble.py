"""Renders a letter's Jinja template to MJML, in a sandbox.

A template sees plain values and can call only its own macros. It has no `range` and no
operator that multiplies texts, and includes only the files that were read from the
templates folder. A fault is raised with its file and line. `rendering/child` limits
time and memory.
"""

import traceback
from functools import lru_cache
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError, TemplateNotFound, TemplateSyntaxError
from jinja2.runtime import BlockReference, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailer.errors import ContentError
from mailer.rendering.template_files import TemplateFiles

_FILTERS = (
    "default",
    "e",
    "escape",
    "first",
    "join",
    "last",
    "length",
    "list",
    "lower",
)
_FAULTS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TimeoutError,
    TypeError,
    ValueError,
)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without what takes much time or memory or reaches outside the template."""

    intercepted_binops = frozenset({"*", "**", "%", "//"})

    def call_binop(
        self, _context: object, operator: str, _left: object, _right: object
    ) -> Any:
        """Refuse operators that can make a large value of a small one."""
        raise SecurityError(f"the operator {operator}")

    def is_safe_callable(self, obj: Any) -> bool:
        """Return whether a template may call an object: macros, and super()."""
        return isinstance(obj, Macro | BlockReference)


@lru_cache(maxsize=4)
def environment(templates: TemplateFiles) -> Sandbox:
    """Return the Jinja environment of the files of a templates folder."""

    def load(path: str) -> tuple[str, str, None] | None:
        if path not in templates.files and templates.refusal(path) is None:
            return None
        return templates.text(path), path, None

    made = Sandbox(
        loader=FunctionLoader(load),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS}
    return made


def assemble(templates: TemplateFiles, name: str, values: dict[str, Any]) -> str:
    """Return the MJML of a letter.

    Raises ContentError with the file and line where the template is at fault.
    """
    main = f"{name}/body.mjml"
    try:
        return environment(templates).get_template(main).render(values)
    except TemplateSyntaxError as fault:
        where = f"{fault.name or main}, line {fault.lineno}"
        raise ContentError(where, f"not a valid template: {fault.message}") from None
    except TemplateNotFound as fault:
        raise ContentError(
            _place(fault, templates, main),
            f"there is no file {fault.name} in the templates folder",
        ) from None
    except ContentError as fault:
        where = _place(fault, templates, main)
        raise ContentError(where, f"{fault.where} {fault.sentence}") from None
    except _FAULTS as fault:
        raise ContentError(_place(fault, templates, main), _sentence(fault)) from None


def _place(fault: BaseException, templates: TemplateFiles, main: str) -> str:
    """Return the file and line of the innermost template in a traceback."""
    for frame in reversed(traceback.extract_tb(fault.__traceback__)):
        if frame.filename in templates.files:
            return f"{frame.filename}, line {frame.lineno}"
    return main


def _sentence(fault: BaseException) -> str:
    match fault:
        case SecurityError() if "callable" in str(fault):
            return "not allowed: a template calls macros and super() only"
        case SecurityError():
            return f"not allowed: {fault}"
        case RecursionError():
            return "it is nested too deep, or a macro calls itself without end"
        case MemoryError():
            return "the template needs more memory than a letter may use"
        case TimeoutError():
            return (
                "the template needs more time than a letter may use; look for an"
                " endless loop"
            )
    return f"the template cannot be rendered: {fault}"
