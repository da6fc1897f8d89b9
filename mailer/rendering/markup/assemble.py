"""Puts a letter's values into its template, in a sandbox; the result is MJML.

A template sees plain values and calls nothing but its own macros. It has no range, no
arithmetic that multiplies texts, and loads nothing from outside the site's folder. What
it does wrong is refused with its file and line. Time and memory are bounded where a
template is proved (campaigns/review/proof), before anything is rendered for readers.
"""

import traceback
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError, TemplateNotFound, TemplateSyntaxError
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailer.errors import ContentError

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
    """Jinja without what could take all time or memory, or reach out."""

    intercepted_binops = frozenset({"*", "**", "%", "//"})

    def call_binop(
        self, _context: object, operator: str, _left: object, _right: object
    ) -> Any:
        """Refuse operators that make much out of little."""
        raise SecurityError(f"the operator {operator} is not there")

    def is_safe_callable(self, obj: Any) -> bool:
        """Allow macros only; a value is shown, never called."""
        return isinstance(obj, Macro)


@cache
def environment(templates: Path) -> Sandbox:
    """Return the environment of a site's templates."""
    made = Sandbox(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS}
    return made


def assemble(templates: Path, name: str, values: dict[str, Any]) -> str:
    """Return the MJML of a letter; raise ContentError with the file and line."""
    main = f"{name}/body.mjml"
    try:
        return environment(templates).get_template(main).render(values)
    except TemplateSyntaxError as fault:
        where = f"{fault.name or main}, line {fault.lineno}"
        raise ContentError(where, f"not a template: {fault.message}") from None
    except TemplateNotFound as fault:
        raise ContentError(
            _place(fault, templates, main),
            f"there is no file {fault.name} in templates",
        ) from None
    except _FAULTS as fault:
        raise ContentError(_place(fault, templates, main), _sentence(fault)) from None


def _place(fault: BaseException, templates: Path, main: str) -> str:
    """Return the last line of a template on the way to a fault."""
    for frame in reversed(traceback.extract_tb(fault.__traceback__)):
        path = Path(frame.filename)
        if path.suffix in {".mjml", ".css"} and path.is_relative_to(templates):
            return f"{path.relative_to(templates).as_posix()}, line {frame.lineno}"
    return main


def _sentence(fault: BaseException) -> str:
    match fault:
        case SecurityError():
            return f"not allowed: {fault}"
        case RecursionError():
            return "a macro calls itself without end"
        case MemoryError():
            return "it takes more memory than a letter may"
        case TimeoutError():
            return "it takes more time than a letter may; look for a loop without end"
    return f"cannot be filled in: {fault}"
