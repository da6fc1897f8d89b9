"""The foot of service mail says what it is about."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mailer.errors import ContentError
from mailer.rendering import letter_types, template_files
from mailer.rendering.render import SERVICE, render
from tests.acts import reading
from tools import samples
from tools.checkout import TEMPLATES
from tools.samples import templates


@pytest.mark.parametrize(
    ("template", "about"),
    [
        ("confirmation", "request"),
        ("directory-update", "entry"),
        ("forum-evaluation", "participation"),
        ("monthly-letter", ""),
    ],
)
def test_a_template_names_what_its_service_mail_is_about(
    template: str, about: str
) -> None:
    assert letter_types.load(templates(), template).service == about


@pytest.mark.parametrize("about", SERVICE)
def test_the_foot_says_what_service_mail_is_about(about: str) -> None:
    source = samples.source("forum-evaluation", "fr")
    letter = render(replace(source, topic_name=None, service=about), templates())
    sentence = source.catalogue.text(SERVICE[about], organisation="\0")
    before, after = reading.plain(sentence).split("\0")

    for shown in (letter.text, "".join(reading.read(letter.html).words)):
        assert before in reading.plain(shown)
        assert after in reading.plain(shown)


def test_every_kind_of_service_mail_has_its_sentence() -> None:
    assert set(SERVICE) == set(letter_types.SERVICES)


@pytest.mark.parametrize(
    ("written", "about"), [("true", "other"), ("false", ""), ('"entry"', "entry")]
)
def test_templates_of_earlier_versions_still_load(
    tmp_path: Path, written: str, about: str
) -> None:
    assert (
        letter_types.load(
            template_files.read(with_service(tmp_path, written)), "mine"
        ).service
        == about
    )


def test_an_unknown_kind_of_service_mail_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="service is 'news'; expected one of entry"):
        letter_types.load(template_files.read(with_service(tmp_path, '"news"')), "mine")


def with_service(folder: Path, written: str) -> Path:
    """Return a folder of templates with one whose `service` is as written."""
    mine = folder / "mine"
    shutil.copytree(TEMPLATES / "confirmation", mine)
    shutil.copytree(TEMPLATES / "_layout", folder / "_layout")
    settings = mine / "template.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('"request"', written), encoding="utf-8")
    return folder
