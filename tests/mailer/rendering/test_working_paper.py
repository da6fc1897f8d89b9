"""The text of a word processor is accepted: its quotes, ligatures and broken lines.

The sentences were written for the test; their form is that of a real working paper.
"""

import html
import re
from pathlib import Path

import pytest

from mailer.campaigns.review import gate, preview
from mailer.clock import now
from mailer.sites.site import Site
from tests.acts import campaigning, reading

TOML = """name = "Working paper"
template = "forum-conclusions"
date = 2020-06-01
themes = ["forum-09"]
audience = "kind = delegation and country = FR"
[languages]
default = "fr"
"""
PAPER = """---
subject: Document du groupe de travail
preheader: Le texte tel qu’il a été remis
---

# opening

Madame, Monsieur,

# note document

 Groupe de travail "Dialogue et coopération"   \x20
sous l'égide du comité\x20
\x20
\x20
Les ONG et les Etats membres œuvrent ensemble à l’UNESCO,\x20
dans l'esprit de la 207ème session et du document\x20
207EX/11. “Ni tout à fait la même” a-t-on dit, « ni une autre ».\x20
\x20
1. Première conclusion, sur deux
 lignes dont la seconde est en retrait.\x20
\x20
2. Deuxième conclusion : voir https://liaison.example/ongs et\x20
40 C/42.\x20
-  une liste avec\x20
deux espaces,\x20
-  et une suite.\x20
\x20
▪ Une puce d'un autre genre,\x20
\x20
AMELIORATION DU TRAVAIL DES ONG\x20
"""


@pytest.fixture
def store() -> str:
    """Return one store: the tests do not depend on it."""
    return "sqlite"


async def test_every_word_of_a_paper_is_in_its_letter(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path, toml=TOML, fr=PAPER)
    campaign = await campaigning.add(site, path)
    checked = await gate.check(site, campaign, now=now())
    letter = (
        await preview.preview(
            site, campaign, "delegation@delegation-fr.example", now=now()
        )
    ).letter

    page = reading.read(letter.html)
    shown = " ".join(reading.plain("".join(page.words)).split())
    assert checked.ok
    for words in (
        "Groupe de travail « Dialogue et coopération »",
        "sous l’égide du comité",
        "Les ONG et les Etats membres œuvrent ensemble à l’UNESCO, dans l’esprit",
        "de la 207ème session et du document 207EX/11.",
        "“Ni tout à fait la même” a-t-on dit, « ni une autre ».",
        "Première conclusion, sur deux lignes dont la seconde est en retrait.",
        "Deuxième conclusion : voir https://liaison.example/ongs et 40 C/42.",
        "une liste avec deux espaces,",
        "Une puce d’un autre genre,",
        "AMELIORATION DU TRAVAIL DES ONG",
    ):
        assert words in shown
    assert reading.words_of(letter.text) == reading.words_of_html(letter.html)


async def test_french_no_break_spaces_are_in_the_letter(
    site: Site, tmp_path: Path
) -> None:
    campaign = await campaigning.add(
        site, campaigning.write(tmp_path, toml=TOML, fr=PAPER)
    )
    letter = (
        await preview.preview(
            site, campaign, "delegation@delegation-fr.example", now=now()
        )
    ).letter

    shown = html.unescape("".join(reading.read(letter.html).words))
    assert "«\u00a0ni une autre\u00a0»" in shown
    assert "40\u00a0C/42" in shown
    assert not re.search(r"\S [:;?!»]", shown)
