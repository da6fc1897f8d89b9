"""Finds placeholders that are not written as letters need them: {Name}, [name], %name%.

People know them from other programs and other languages. Where the word is known, the
sentence says which placeholder is meant.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

from mailer.rendering.marks import OPEN_TO_AUTHORS, Field

MEANT = "\ue001"  # stands for a character that is meant as typed
KNOWN = " or ".join(f"{{{each}}}" for each in OPEN_TO_AUTHORS)
MOST = 50  # faults of one text
_TOLD = tuple(f"; write {{{each}}}" for each in OPEN_TO_AUTHORS)
_WORDS = {  # without accents, capitals, spaces, hyphens and underscores
    Field.NAME: (
        "name fullname firstname lastname surname givenname fname lname yourname"
        " readername recipientname contactname recipient nom prenom nomcomplet"
        " nomprenom votrenom destinataire nombre nombreyapellidos apellido apellidos"
        " destinatario имя фамилия имяфамилия фио получатель الاسم الإسم اسم"
        " 姓名 名字 名称 收件人 nome vorname nachname"
    ),
    Field.ORGANISATION: (
        "organisation organization organisationname organizationname nameoforganisation"
        " nameoforganization org orgname company ngo ngoname institution association"
        " nomorganisation nomdelorganisation ong organizacion nombredelaorganizacion"
        " institucion asociacion организация названиеорганизации нпо المنظمة منظمة"
        " 组织 机构 单位 组织名称 机构名称 organizzazione organizacao"
    ),
    Field.ADDRESS: (
        "address email emailaddress mail youremail adresse adresseemail courriel"
        " adressecourriel correo correoelectronico direccion адрес электроннаяпочта"
        " почта البريد البريدالإلكتروني العنوان 地址 邮箱 电子邮件 电子邮箱"
    ),
}
_FIELDS = {word: field for field, words in _WORDS.items() for word in words.split()}
_OF_READER = re.compile(r"^(?:reader|contact|recipient|user|merge|var)[._: ]+")
_INSIDE = r"\s{0,3}(?P<word>[\w][\w .:'’-]{0,39}?)\s{0,3}"
_ANY_WORD = (  # braces of every kind; other braces are errors too
    r"(?<!\{)\{{2,4}%s\}{2,4}",
    r"\$!?\{%s\}",
    r"[#@]\{%s\}",
    r"<%%[=-]?%s-?%%>",
    r"\{%s\|[^{}\n]{0,60}\}",
    r"\{[%%$#@=]%s[%%$#@=]?\}",
    r"\{%s\}",
    r"｛%s｝",
)
_KNOWN_WORD = (  # usual in texts: a placeholder only around one of the words
    r"\[\[?%s\]\]?",
    r"%%%%?%s%%%%?",
    r"\*?\|(?=\S)%s(?<=\S)\|\*?",  # not | NGOs |, a cell of a table
    r"«%s»",
    r"<<?%s>>?",
    r"(?<!#)#%s#",
    r"\$%s\$",
    r"\$\(%s\)",
    r"［%s］",
    r"【%s】",
    r"[〈《〔‹]%s[〉》〕›]",
)
_ANY = [re.compile(each % _INSIDE) for each in _ANY_WORD]
_ENTITIES = [
    re.compile(each % _INSIDE, re.IGNORECASE)
    for each in (
        r"&lt;%s&gt;",
        r"(?:&#123;|&#x7b;|&lcub;|&lbrace;){1,2}%s(?:&#125;|&#x7d;|&rcub;|&rbrace;){1,2}",
    )
]
_NAMED = [
    *(re.compile(each % _INSIDE) for each in _KNOWN_WORD),
    *_ENTITIES,
    re.compile(r"(?<![\w$])\$!?(?P<word>[^\W\d]\w{0,39})(?![\w$])"),  # not $20
    re.compile(r"(?<![\w@])@(?P<word>[^\W\d]\w{0,39})@(?![\w@])"),
    re.compile(r"(?<![\w@])@@(?P<word>[^\W\d]\w{0,39})(?![\w@])"),
]
_WRITTEN = re.compile(
    rf"(?<![{{$#@])(?<!\$!)\{{(?:{'|'.join(OPEN_TO_AUTHORS)})\}}(?!\}})|{MEANT}[^{{}}\n]{{0,40}}\}}"
)
_IN_ADDRESS = re.compile(r"[{}]|%7B[^\W\d]{1,30}%7D", re.IGNORECASE)
_BRACE = re.compile(r"[^\s{}]{0,20}[{}][^\s{}]{0,20}")


def faults(text: str, *, escapes: bool) -> Iterator[tuple[int, str, str]]:
    """Yield where each fault begins in a text, what was found, and a sentence.

    `escapes`: a backslash before a brace means it as typed. A text with very many
    faults is not read to its end.
    """
    yield from islice(_faults(text, escapes=escapes), MOST)


def _faults(text: str, *, escapes: bool) -> Iterator[tuple[int, str, str]]:
    rest = _WRITTEN.sub(_spaces, text)
    for pattern in _ANY:
        for match in pattern.finditer(rest):
            yield match.start(), match[0], _sentence(match[0], match["word"])
        rest = pattern.sub(_spaces, rest)
    for pattern in _NAMED:
        for match in pattern.finditer(rest):
            if _field(match["word"]) is not None and not _is_quoted(match[0]):
                yield match.start(), match[0], _sentence(match[0], match["word"])
        rest = pattern.sub(_spaces, rest)
    for match in _BRACE.finditer(rest):
        what = f"found {match[0]!r}; a brace opens or closes a placeholder: {KNOWN}"
        advice = "; write \\{ or \\} if it is meant" if escapes else "; remove it"
        yield match.start(), match[0], what + advice


def told(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the faults whose word says which placeholder is meant."""
    for fault in faults(text, escapes=True):
        if fault[-1].endswith(_TOLD):
            yield fault


def in_entities(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the placeholders of other programs that are written in entities of HTML."""
    for pattern in _ENTITIES:
        for match in islice(pattern.finditer(text), MOST):
            if _field(match["word"]) is not None:
                yield match.start(), match[0], _sentence(match[0], match["word"])


def has_written(text: str) -> bool:
    """Return whether a text has a placeholder as letters need it."""
    return _WRITTEN.search(text) is not None


def is_in_address(address: str) -> bool:
    """Return whether an address has a placeholder; one of `%7B1A-…%7D` has none."""
    if _IN_ADDRESS.search(address):
        return True
    plain = unquote(address)
    named = (match["word"] for each in _NAMED for match in each.finditer(plain))
    return any(_field(word) is not None for word in named)


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _sentence(found: str, word: str) -> str:
    field = _field(word)
    if field is not None:
        return f"found {found!r}; write {{{field}}}"
    return f"unknown placeholder {found}; expected {KNOWN}"


def _field(word: str) -> Field | None:
    """Return the placeholder that a word stands for in some language or program."""
    bare = _OF_READER.sub("", word.casefold().strip())
    bare = "".join(
        each
        for each in unicodedata.normalize("NFKD", bare)
        if not unicodedata.combining(each) or each in "\u0653\u0654\u0655"
    )
    bare = re.sub(r"[\s_.:'’-]", "", unicodedata.normalize("NFC", bare))
    return _FIELDS.get(bare) or _FIELDS.get(bare.removesuffix("s"))


def _is_quoted(found: str) -> bool:
    """Return whether guillemets have a space within, as a quotation in French has."""
    return found.startswith("«") and found[1:2].isspace()
