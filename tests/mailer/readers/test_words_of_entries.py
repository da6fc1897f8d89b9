"""What an entry says of an organisation is understood again, in each language."""

from pathlib import Path

import pytest

from audiences.institution import LEVELS, ROLES, STATUSES
from audiences.naming.names import Names
from audiences.naming.values import Values
from mailer.rendering import template_files
from mailer.rendering.language import catalogues
from mailer.web.console.names.directory_names import KINDS

CATALOGUES = catalogues.load_all(template_files.read(Path("templates")))
SHOWN = {Values.STATUS: STATUSES, Values.LEVEL: LEVELS, Values.ROLE: ROLES}


@pytest.mark.parametrize("language", CATALOGUES)
def test_words_of_pages_and_lists_stand_for_their_codes(language: str) -> None:
    names = Names({}, {})
    said = {
        (values, code): CATALOGUES[language].text(words)
        for values, named in SHOWN.items()
        for code, words in named.items()
    } | {(Values.KIND, code): words for code, words in KINDS.items()}
    strange = {
        words: found
        for (values, code), words in said.items()
        if (found := names.codes(words, values)) != {str(code)}
    }

    assert strange == {}
