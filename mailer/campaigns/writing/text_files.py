"""Reads the texts of a campaign folder: one Markdown file per language, such as fr.md.

A file that was meant as a text or as the folder of files, and has another name, is a
fault. Files that have nothing to do with a campaign are left alone.
"""

import re
import unicodedata
from pathlib import Path, PurePath

from babel import Locale
from babel.core import get_global

from audiences import languages
from mailer import regular_files
from mailer.campaigns.writing import campaign_toml, file_types
from mailer.errors import ContentError, together

_MAX_TEXT = 800_000  # octets of one language
_ENDINGS = {".md", ".markdown", ".mdown", ".mkd", ".txt", ".text"}
_FILES = {  # folders whose files were meant to go with a letter
    *("files", "file", "attachments", "attachment", "images", "image", "img", "media"),
    *("pictures", "photos", "fichiers", "pièces jointes", "pièces-jointes", "photo"),
    *("adjuntos", "archivos", "imágenes", "fotos", "файлы", "вложения", "картинки"),
    *("附件", "文件", "图片", "照片", "ملفات", "مرفقات", "صور", "anhang", "bilder"),
}
_NO_LANGUAGE = {"mul", "und", "zxx"}  # several, unknown, none
_TWO = 2  # letters of the codes that are all known


def read(folder: Path) -> dict[str, str]:
    """Return the texts by language; raise ContentError with every fault."""
    texts: dict[str, str] = {}
    faults: list[ContentError] = []
    for name, is_folder in regular_files.names(folder).items():
        where = f"{folder.name}/{name}"
        try:
            language = _language_of(name, is_folder=is_folder, where=where)
            text = (
                campaign_toml.text_of(folder, name, limit=_MAX_TEXT) if language else ""
            )
        except ContentError as fault:
            faults.append(fault)
            continue
        if language in texts:
            what = f"another file is the text in {language} too; keep one of them"
            faults.append(ContentError(where, what))
        if language:
            texts[language] = text
    if faults:
        raise together(faults)
    return texts


def _language_of(name: str, *, is_folder: bool, where: str) -> str:
    """Return the language of a text by its name; "" for a file that is no text."""
    stem, ending = PurePath(name).stem, PurePath(name).suffix.lower()
    if (
        unicodedata.normalize("NFC", name).casefold() in _FILES
        and name != "files"
        and is_folder
    ):
        raise ContentError(
            where, "files that go with a letter are in files/; rename it"
        )
    if not is_folder and ending in file_types.TYPES:
        what = "no letter would have this file, which is beside the texts"
        raise ContentError(where, f"{what}; move it to files/, or out of the folder")
    if ending == ".md":
        return _language(stem, where)
    if ending in _ENDINGS and _is_language(stem.removesuffix(".md")):
        right = f"{stem.removesuffix('.md')}.md"
        raise ContentError(
            where, f"a text is a file such as fr.md; rename it to {right}"
        )
    return ""


def _language(stem: str, where: str) -> str:
    try:
        languages.tag(stem)
    except languages.LanguageError:
        sentence = f"the name is not a language, such as fr.md{_suggested(stem)}"
        raise ContentError(where, sentence) from None
    try:
        return known(stem)
    except languages.LanguageError as fault:
        raise ContentError(where, f"{fault}; rename the file") from None


def _is_language(stem: str) -> bool:
    try:
        return bool(known(stem))
    except languages.LanguageError:
        return False


def known(written: str) -> str:
    """Return the tag of a language that exists.

    Raises LanguageError for another one, with the tag that is probably meant.
    """
    tag = languages.tag(written)
    first = tag.partition("-")[0]
    usual = str(get_global("language_aliases").get(first, first))
    if usual != first:
        raise languages.LanguageError(f"the language {tag} is written {usual}")
    unknown = len(first) == _TWO and first not in Locale("en").languages
    if unknown or first in _NO_LANGUAGE:
        raise languages.LanguageError(
            f"{tag} is no language; expected a code such as fr, es or pt-BR"
        )
    return tag


def _suggested(written: str) -> str:
    """Return what is probably meant by a file's name, as the end of a sentence."""
    plain = re.sub(r"[_.\s]+", "-", written.strip()).strip("-")
    first = plain.partition("-")[0].casefold()
    for code in languages.OFFERED:
        names = {Locale(code).languages.get(code, ""), Locale("en").languages[code]}
        if first in {each.casefold() for each in names} | {code}:
            return f"; rename it to {code}.md"
    return ""
