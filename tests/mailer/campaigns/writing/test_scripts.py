"""Words in another script than a language's are noticed; names within texts are not."""

import pytest

from mailer.campaigns.writing.translation import scripts

FRENCH = "Les organisations racontent ici ce qu’elles ont fait."
ARABIC = "تروي هنا أربع منظمات ما أنجزته وما تحتاج إليه (OMEP, ATD)."


@pytest.mark.parametrize(
    ("language", "text", "fits"),
    [
        ("ar", ARABIC, True),
        ("ar", FRENCH, False),
        ("de", ARABIC, False),
        ("fr", FRENCH, True),
        ("ru", "Четыре организации рассказывают о том, что сделали.", True),
        ("ru", FRENCH, False),
        ("zh", "四个组织在此介绍了它们所做的工作以及继续开展工作所需的条件。", True),
        ("zh", FRENCH, False),
        (
            "zh-Hant",
            "四個組織在此介紹了它們所做的工作以及繼續開展的條件。",
            True,
        ),
        ("ja", "四つの団体がここでその活動について語ります。ご一読ください。", True),
        ("am", FRENCH, True),  # a script that is not known here
        ("ar", "UNESCO 2027", True),  # too short
        ("ar", "", True),
    ],
)
def test_texts_fit_the_script_of_their_language(
    language: str, text: str, *, fits: bool
) -> None:
    assert scripts.fits(language, [text]) is fits
