"""The elements and attributes that templates may use.

MJML accepts unknown tags and attributes without an error; `lint` refuses those that are
not in these tables. The HTML elements are those that mail programs show; elements that
load files or run code are not among them.
"""

from dataclasses import dataclass, field

_BOX = frozenset({"padding", "padding-top", "padding-bottom", "css-class"})
_FONT = frozenset({"color", "font-family", "font-size", "font-weight", "line-height"})
_FACE = frozenset({"align", "background-color", "border", "border-radius", "direction"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """An MJML element: the elements it may be in, and its attributes."""

    parents: frozenset[str] = frozenset()
    attributes: frozenset[str] = field(default_factory=frozenset)


def _mjml(parents: str, *attributes: frozenset[str] | str) -> Element:
    known: set[str] = set()
    for each in attributes:
        known |= {each} if isinstance(each, str) else each
    return Element(parents=frozenset(parents.split()), attributes=frozenset(known))


_TEXT = _mjml("mj-column mj-attributes", _BOX, _FONT, _FACE)
MJML = {
    "mjml": _mjml("", "lang", "dir"),
    "mj-head": _mjml("mjml"),
    "mj-body": _mjml("mjml", "width", "background-color", "css-class"),
    "mj-title": _mjml("mj-head"),
    "mj-preview": _mjml("mj-head"),
    "mj-attributes": _mjml("mj-head"),
    "mj-style": _mjml("mj-head"),
    "mj-raw": _mjml("mj-head"),
    "mj-all": _mjml("mj-attributes", _BOX, _FONT, _FACE),
    "mj-class": _mjml("mj-attributes", _BOX, _FONT, _FACE, "name"),
    "mj-section": _mjml("mj-body mj-attributes", _BOX, _FACE, "text-align"),
    "mj-group": _mjml("mj-section", _BOX, _FACE, "width"),
    "mj-column": _mjml("mj-section mj-group", _BOX, _FACE, "width", "vertical-align"),
    "mj-text": _TEXT,
    "mj-button": _mjml(
        "mj-column mj-attributes", _BOX, _FONT, _FACE, "href", "inner-padding", "width"
    ),
    "mj-divider": _mjml(
        "mj-column mj-attributes", _BOX, "border-width", "border-color", "border-style"
    ),
    "mj-spacer": _mjml("mj-column", _BOX, "height"),
    "mj-image": _mjml(
        "mj-column", _BOX, _FACE, "src", "alt", "width", "height", "href", "title"
    ),
    "mj-table": _mjml("mj-column", _BOX, _FONT, _FACE, "width", "role"),
}
TEXTS = {"mj-text", "mj-button", "mj-table", "mj-raw", "mj-title", "mj-preview"}

_ANY = frozenset(
    {"class", "dir", "id", "lang", "style", "title", "role", "aria-hidden"}
)
_TABLE = frozenset({"align", "valign", "width", "bgcolor"})
_GRID = frozenset({"cellpadding", "cellspacing", "border"})
HTML = {
    **dict.fromkeys(
        (
            *(
                "b",
                "bdi",
                "blockquote",
                "br",
                "code",
                "div",
                "em",
                "hr",
                "i",
                "li",
                "p",
            ),
            *("h1", "h2", "h3", "h4", "h5", "h6", "pre", "s", "span", "strong"),
            *("sub", "sup", "ul", "tbody", "thead"),
        ),
        _ANY,
    ),
    "a": _ANY | {"href", "hreflang"},
    "caption": _ANY | {"align"},
    "img": _ANY | {"src", "alt", "width", "height"},
    "meta": frozenset({"name", "content"}),
    "ol": _ANY | {"start"},
    "li": _ANY | {"value"},
    "table": _ANY | _TABLE | _GRID,
    "td": _ANY | _TABLE | {"colspan", "rowspan"},
    "th": _ANY | _TABLE | {"colspan", "rowspan", "scope"},
    "tr": _ANY | _TABLE,
}
VOID = {"br", "hr", "img", "meta"}
# What MJML, css_inline and our Markdown write besides.
RENDERED_ANYWHERE = frozenset({"style", "class", "dir", "lang", "title"})
RENDERED = {
    "html": frozenset({"xmlns", "xmlns:o", "xmlns:v"}),
    "head": frozenset(),
    "body": frozenset(),
    "title": frozenset(),
    "style": frozenset({"type", "media"}),
    "meta": frozenset({"http-equiv", "name", "content"}),
    "div": frozenset({"align", "aria-label", "aria-roledescription"}),
    "a": frozenset({"target", "rel"}),
    "p": frozenset({"align"}),
    "img": frozenset({"border"}),
    "td": frozenset({"vertical-align", "height"}),
    "table": frozenset({"height"}),
    "wbr": frozenset(),
}
