"""What is said of a series is refused with a sentence where it cannot work."""

from typing import Any

import pytest

from audiences.errors import AudienceError
from mailer.calendar import planning, series
from mailer.calendar.planning import SeriesPlan
from mailer.errors import MailerError
from mailer.sites.site import Site
from tests.acts.turns import EDITOR, MARIE, NAME, author, planned

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])
WRONG = [
    ({"owner": "ghost"}, "ghost cannot be the owner: no user is called 'ghost'"),
    ({"owner": MARIE}, "marie cannot be the owner: marie may not write or test"),
    ({"translators": "ghost"}, "ghost cannot be the translator: no user is called"),
    ({"approvers": EDITOR}, "editor is the owner of monthly-letter and writes its"),
    ({"approvers": MARIE}, "marie cannot be the approver: marie may not approve"),
    ({"letter_type": "postcard"}, "no template is called 'postcard'"),
    ({"letter_type": ""}, "has no letter type, so that its audience means nothing"),
    ({"languages": "en klingon"}, "klingon"),
    ({"audience": "kind ="}, "kind"),
    ({"draft_lead": 29}, "are 28 days apart; give a shorter lead"),
    ({"translation_lead": 20}, "has the draft 10 days before each date, translations"),
]


@on_sqlite
@pytest.mark.parametrize(("said", "sentence"), WRONG)
async def test_what_cannot_work_is_refused_with_a_sentence(
    site: Site, said: dict[str, Any], sentence: str
) -> None:
    await planned(site)
    with pytest.raises((MailerError, AudienceError), match=sentence):
        async with site.database.writing() as session:
            found = await series.named(session, NAME)
            await planning.change(session, site, found, SeriesPlan(**said), author())
    async with site.database.reading() as session:
        kept = await series.named(session, NAME)

    assert (kept.owner, kept.letter_type) == (EDITOR, NAME)
