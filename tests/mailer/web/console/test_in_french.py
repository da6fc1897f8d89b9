"""A French page has no English sentence: neither of the pages nor of a refusal."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from audiences import directory
from mailer.sites.site import Site
from mailer.web.console import sentences, strings
from tests.acts import campaigning
from tests.acts.console import add_user, visitor
from tests.mailer.rendering.test_language_lint import faults
from tests.mailer.web.console.test_guard import routes
from tests.mailer.web.console.test_strings import PLACEHOLDER
from tools.peers.relay import Relay
from tools.peers.serving import serving

ENGLISH = re.compile(
    r"(?<![\w-])(?:the|of|is|are|was|and|with|this|not|by|its|has|have|you|your|it|at)"
    r"(?![\w-])"
)
# what is not read by people, what a letter or a person says, and what is a code
SKIPPED = {"script", "style", "code", "pre", "title"}
OTHERS = (  # pages of readers, in their language, and what is no page
    *("/preferences", "/seen", "/letter"),
    *("/events", "/po", ".csv", "/export", "/file"),
)
NOWHERE = "the link 'x' leads nowhere: y is an example domain, or this machine"
NULLE_PART = (
    "le lien «\xa0x\xa0» ne mène nulle part : y est un domaine d’exemple, ou cette"
    " machine"
)
TEXT = """---
subject: Une lettre courte
preheader: Elle est courte
---
# opening

Madame, {organisation}, voici.

# item premier
title: La réunion
date: 2097-05-10
"""


class Words(HTMLParser):
    """Collects the words of a page that are in the language of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element; note whether its words are those of the page."""
        given = dict(attrs)
        said = [given.get(name) or "" for name in ("aria-label", "placeholder")]
        other = tag in SKIPPED or given.get("lang", "fr") != "fr" or "dir" in given
        if tag == "html":
            other = False
        hidden = other or (bool(self.open) and self.open[-1][1])
        if not hidden:
            self.found += said
        if tag not in {"meta", "link", "input", "br", "img", "rect", "hr"}:
            self.open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if not (self.open and self.open[-1][1]):
            self.found.append(data)


def english(page: str, names: set[str]) -> list[str]:
    """Return what a page says in English, but for names that have no French."""
    words = Words()
    words.feed(page)
    found = (" ".join(each.split()) for each in words.found)
    return [each for each in found if ENGLISH.search(each) and each not in names]


async def french_letter(site: Site, place: Path) -> int:
    toml = campaigning.TOML.format(audience=campaigning.SECTORS)
    toml = toml.replace("A short letter", "Une lettre courte")
    fallbacks = "[languages.fallbacks]"
    toml = toml.replace(fallbacks, f'[languages]\ndefault = "fr"\n\n{fallbacks}')
    toml = toml.replace('fr = ["en"]\n', 'en = ["fr"]\n').replace('["en"]', '["fr"]')
    return await campaigning.add(site, campaigning.write(place, toml=toml, fr=TEXT))


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_no_page_and_no_refusal_has_an_english_sentence(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await add_user(site, "lea", "admin", "steward", "sender", "approver", "author")
    number = await french_letter(site, tmp_path)
    found: dict[str, list[str]] = {}
    async with site.database.reading() as session:
        known = (await directory.subject_names(session)).values()
    names = {each["en"] for each in known if "fr" not in each}
    async with serving(site) as pages:
        lea, ed = (
            await visitor(site, pages, "lea"),
            await visitor(site, pages, "editor"),
        )
        for path, _ in routes(site, "GET"):
            if path.endswith(
                ("/events", "/letter", "/po", ".csv", "/export", "/file", *OTHERS)
            ):
                continue
            answer = await lea.get(f"{path}?lang=fr")
            if "html" in answer.headers.get("content-type", ""):
                found[path] = english(answer.text, names)
        here = f"/campaigns/{number}"
        for path, form in (
            (f"{here}/remarks", {"text": " "}),
            (f"{here}/ask", {}),
            (f"{here}/write/fr", {"act": "up none"}),
            (f"{here}/write/xx", {"act": "up none"}),
            (f"{here}/approval", {"version": "x"}),
            (f"{here}/schedule", {"number": "3"}),
            (f"{here}/test", {"to": "nowhere"}),
            (f"{here}/pause", {}),
            ("/campaigns/99/ask", {}),
        ):
            answer = await ed.post(f"{path}?lang=fr", form, **{"Accept-Language": "fr"})
            found[f"POST {path}"] = english(answer.text, names)

    wrong = {path: said for path, said in found.items() if said}
    assert wrong == {}, "\n".join(f"{path} {said}" for path, said in wrong.items())


def catalogue(language: str) -> dict[str, str]:
    path = strings.FOLDER / sentences.NAME / f"{language}.po"
    with path.open("rb") as file:
        read = read_po(file, locale=language, abort_invalid=True)
    return {str(each.id): str(each.string) for each in read if each.id}


@pytest.mark.parametrize("language", sorted({*strings.LANGUAGES} - {strings.SOURCE}))
def test_a_sentence_keeps_its_places_and_typography(language: str) -> None:
    french = catalogue("fr")
    for english_one, translation in catalogue(language).items():
        places = PLACEHOLDER.findall(english_one)
        assert places == [f"%({n})s" for n in range(1, len(places) + 1)], english_one
        assert set(PLACEHOLDER.findall(translation)) <= set(places), translation
        said = PLACEHOLDER.sub("x", translation)
        assert faults(language, said) == [], translation
        assert english_one in french


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es", "X está en pausa, no programada"),
        ("ar", "\u2068X\u2069 \u2068متوقفة مؤقتًا\u2069 وليست مجدولة"),
        ("ru", "X: приостановлено, время не назначено"),
        ("zh", "X 已暂停，未排定时间"),
    ],
)
def test_a_state_is_said_in_the_language_of_the_page(language: str, said: str) -> None:
    assert sentences.told("X is paused, not scheduled", language) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Tuesday, 4 May 2027, 10:00 (Paris)"),
        ("fr", "mardi 4 mai 2027, 10 h (Paris)"),
        ("es", "martes, 4 de mayo de 2027, 10:00 (París)"),
        ("ru", "вторник, 4 мая 2027 года, 10:00 (Париж)"),
        ("ar", "الثلاثاء، 4 أيار/مايو 2027، 10:00 (باريس)"),
        ("zh", "2027年5月4日星期二，10:00（巴黎）"),
    ],
)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_time_may_stand_within_a_sentence(
    site: Site, language: str, said: str
) -> None:
    at, words = datetime(2027, 5, 4, 8, tzinfo=UTC), strings.of(site, language)

    shown = strings.moment(words, at, ZoneInfo("Europe/Paris"))
    assert " ".join(shown.split()) == said


@pytest.mark.parametrize(
    ("sentence", "french"),
    [
        ("May is paused", "May est suspendue"),
        ("x is finished; is paused", "x is finished; est suspendue"),
        ("A is draft, not scheduled", "A est à l’état de brouillon, non programmée"),
        ("fr.md, line 3: title is missing", "fr.md, ligne 3\xa0: title manque"),
        ("the letter has no block %(2)s any more", "la lettre n’a plus de bloc %(2)s"),
        (
            "2 addresses of 1 organisation are dead",
            "2 adresses mortes, de 1 organisation",
        ),
        (f"de.md, line 9: {NOWHERE}", f"de.md, ligne 9\xa0: {NULLE_PART}"),
        (NOWHERE, NULLE_PART),
        (
            "the disk of the site has 79,713 MB free",
            "le disque du site a 79\u202f713 Mo libres",
        ),
        (
            "found `[ ]`, which would be shown as typed; HTML is not allowed here",
            "`[ ]` apparaîtrait tel quel ; le HTML n’est pas admis ici",
        ),
        (
            "row 1 ('List of NGOs') is above the headings and is not read",
            (
                "la ligne 1 («\xa0List of NGOs\xa0») est au-dessus des intitulés et"
                " n’est pas lue"
            ),
        ),
        (
            (
                "found '{'; a brace opens or closes a placeholder: {name} or"
                " {organisation} or {address}; remove it"
            ),
            (
                "« { » : une accolade ouvre ou ferme un élément variable :"
                " {name}, {organisation} ou {address} ; supprimez-la"
            ),
        ),
        ("so do 3 more domains", "de même pour 3 autres domaines"),
        ("something else", "something else"),
        ("a: " * 600, "a: " * 600),
        ("", ""),
    ],
)
def test_a_sentence_is_found_by_its_words(sentence: str, french: str) -> None:
    assert sentences.told(sentence, "fr") == french
    assert sentences.told(sentence, "en") == sentence


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_refusal_has_a_page_of_its_own_in_the_language_of_the_browser(
    site: Site,
) -> None:
    await add_user(site, "lea", "viewer")
    async with serving(site) as pages:
        lea = await visitor(site, pages, "lea")
        answer = await lea.get("/directory/imports?lang=es")

    assert answer.status_code == 403
    assert "lea no puede modificar el directorio" in answer.text
