"""The encodings of a list that are not UTF, and the languages written in each.

The order decides between encodings that give the same text: the most usual is first.
"""

from dataclasses import dataclass

_WEST = ("en", "fr", "es", "de", "pt", "it", "nl", "sv", "da", "nb", "fi")
_CENTRAL = ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "de")
_BALTIC = ("lt", "lv", "et", "pl", "de")
_CYRILLIC = ("ru", "uk", "bg", "sr", "mk")
# GB18030 has all characters, but kana are the same octets in EUC-JP.
_ANY: tuple[str, ...] = (
    *(*_WEST, *_CENTRAL, *_CYRILLIC, *_BALTIC),
    *("el", "he", "ar", "th", "vi", "tr", "zh_Hant"),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoding: its name in Python and in reports, and the languages it is for.

    `foreign` are languages that it can write, too. `unusual`, in nats, is subtracted
    from its score, because few programs still write it.
    """

    codec: str
    name: str
    languages: tuple[str, ...]
    unusual: float = 0.0
    foreign: tuple[str, ...] = ()

    @property
    def all_languages(self) -> tuple[str, ...]:
        """Return the languages that a word may be in."""
        return self.languages + self.foreign


CANDIDATES = (
    Candidate("cp1252", "windows-1252", _WEST),
    Candidate("cp1251", "windows-1251", _CYRILLIC),
    Candidate("cp1250", "windows-1250", _CENTRAL),
    Candidate("cp1253", "windows-1253", ("el",)),
    Candidate("cp1254", "windows-1254", ("tr",), foreign=_WEST),
    Candidate("cp1255", "windows-1255", ("he",)),
    Candidate("cp1256", "windows-1256", ("ar", "fa"), foreign=("fr", "en")),
    Candidate("cp1257", "windows-1257", _BALTIC, foreign=_WEST),
    Candidate("cp1258", "windows-1258", ("vi",), foreign=_WEST),
    Candidate("gb18030", "GB18030", ("zh",), foreign=_ANY),
    Candidate("big5", "Big5", ("zh_Hant",), foreign=("ru", "el")),
    Candidate("cp932", "Shift_JIS (windows-31j)", ("ja",), foreign=("ru", "el")),
    Candidate("euc_jp", "EUC-JP", ("ja",), foreign=_ANY),
    Candidate("cp949", "EUC-KR (windows-949)", ("ko",), foreign=("ru", "el")),
    Candidate("cp874", "windows-874", ("th",)),
    Candidate("koi8_r", "KOI8-R", ("ru", "bg")),
    Candidate("koi8_u", "KOI8-U", ("uk", "ru")),
    Candidate("iso8859_15", "ISO-8859-15", _WEST, 2.0),
    Candidate("iso8859_2", "ISO-8859-2", _CENTRAL, 2.0),
    Candidate("iso8859_5", "ISO-8859-5", _CYRILLIC, 2.0),
    Candidate("iso8859_6", "ISO-8859-6", ("ar",), 2.0),
    Candidate("iso8859_7", "ISO-8859-7", ("el",), 2.0),
    Candidate("iso8859_8", "ISO-8859-8", ("he",), 2.0),
    Candidate("iso8859_9", "ISO-8859-9", ("tr",), 2.0),
    Candidate("iso8859_13", "ISO-8859-13", _BALTIC, 2.0, _WEST),
    Candidate("mac_roman", "Mac Roman", _WEST, 2.0),
    Candidate("mac_latin2", "Mac Central European", _CENTRAL, 3.0, _BALTIC),
    Candidate("mac_cyrillic", "Mac Cyrillic", _CYRILLIC, 2.0),
    Candidate("mac_greek", "Mac Greek", ("el",), 3.0),
    Candidate("mac_turkish", "Mac Turkish", ("tr",), 3.0),
    Candidate("cp850", "DOS 850", _WEST, 3.0),
    Candidate("cp852", "DOS 852", _CENTRAL, 3.0),
    Candidate("cp866", "DOS 866", ("ru", "uk", "bg"), 3.0),
)
UTF8 = Candidate("utf-8", "UTF-8", (*dict.fromkeys(_ANY), "fa", "zh", "ja", "ko"))


def named(codec: str) -> str:
    """Return the usual name of an encoding that Python calls `codec`."""
    for each in (*CANDIDATES, UTF8):
        if each.codec == codec:
            return each.name
    return codec
