"""Recognises the language of a text by its most frequent words.

It knows the six languages of the United Nations. It is made to find a text that stands
in the file of another language: what is short, or has many names, stays unknown.
"""

import re
from collections import Counter
from collections.abc import Mapping

_FREQUENT: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in is that for with on are be this by you your from have"
        " will at as which our their has not we can it or an was were",
        "fr": "le la les de des du et en un une pour que qui dans est sur au aux par"
        " avec ce cette vous votre vos nous notre nos leurs leur sont ont pas plus ou",
        "es": "el la los las de del y en un una para que por con es se su sus al lo"
        " como más son ha han este esta nos nuestro nuestra o usted ustedes",
        "ru": "и в на не что с по для к от из о это как его их она они все за мы вы ваш"
        " ваши вас вам также будет были или при которые",
        "ar": "في من إلى على أن التي الذي مع هذا هذه عن أو كما كان بين ذلك لا ما قد وفي"
        " ومن وعلى ال",
        "zh": "的",
    }.items()
}
_ARTICLE = re.compile(r"^(?:[وفبك]?ال|و?لل)\w+$")  # of Arabic, which begins a word
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")
_NOT_WORDS = re.compile(r"\{[^{}\n]*\}|`[^`\n]*`")  # places and code
_ADDRESSES = ("://", "@")
_FEW = 5  # frequent words; fewer say nothing
_SHARE = 0.15  # of all words; texts have a third to a half
_CHARACTERS = 4  # of Chinese, which has no spaces, count as one frequent word
_CLEARER = 4  # times as many as of the expected language


def other_language(text: str, expected: str) -> str | None:
    """Return the language that a text is clearly in, if it is not the expected one.

    Return None for an expected language that is not known.
    """
    if expected not in _FREQUENT:
        return None
    parts = _NOT_WORDS.sub(" ", text).split()
    plain = " ".join(
        part for part in parts if not any(mark in part for mark in _ADDRESSES)
    )
    words = [_ARTICLE.sub("ال", word.lower()) for word in _WORD.findall(plain)]
    han = ["的"] * (len(_HAN.findall(plain)) // _CHARACTERS)
    found = Counter(dict.fromkeys(_FREQUENT, 0))
    for word in (*words, *han):
        found.update(each for each, frequent in _FREQUENT.items() if word in frequent)
    likeliest, most = found.most_common(1)[0]
    if likeliest == expected or most < max(_FEW, _SHARE * (len(words) + len(han))):
        return None
    theirs, ours = _FREQUENT[likeliest], _FREQUENT[expected]
    apart = [word for word in (*words, *han) if (word in theirs) != (word in ours)]
    count = sum(word in theirs for word in apart)
    is_clear = count >= max(_FEW, _CLEARER * (len(apart) - count))
    return likeliest if is_clear else None
