"""A letter is made of regular files of its own folder and of the layout only."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.campaigns.review import agreed
from mailer.errors import ContentError
from mailer.rendering import letter_types, renderer
from mailer.rendering.checks import lint
from mailer.rendering.language import catalogues
from tools.checkout import TEMPLATES
from tools.samples import source

NAME, SECRET = "monthly-letter", "a-key-that-no-letter-may-show"
EXTENDS = '{% extends "_layout/letter.mjml" %}\n{% block body %}\n'
FILES: dict[str, Callable[[Path], object]] = {
    "body.mjml": lambda folder: list(lint.lint(folder, NAME)),
    "template.toml": lambda folder: letter_types.load(folder, NAME),
    "../_layout/letter.mjml": lambda folder: list(lint.lint(folder, NAME)),
    "../_layout/letter.css": lambda folder: list(lint.lint(folder, NAME)),
    "../_layout/blocks.toml": letter_types.block_types,
    "../locale/fr/LC_MESSAGES/liaison.po": lambda folder: catalogues.load(folder, "fr"),
}


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    copy = tmp_path / "templates"
    shutil.copytree(TEMPLATES, copy)
    (tmp_path / "signing.key").write_text(SECRET, encoding="utf-8")
    return copy


def included(templates: Path, place: str) -> ContentError:
    """Return how a letter is refused that includes a file."""
    body = f'{EXTENDS}<mj-text>{{% include "{place}" %}}</mj-text>{{% endblock %}}'
    (templates / NAME / "body.mjml").write_text(body, encoding="utf-8")
    with pytest.raises(ContentError) as refusal:
        renderer.kept.render(source(NAME, "en"), templates)
    assert SECRET not in str(refusal.value)
    return refusal.value


@pytest.mark.parametrize("place", [f"{NAME}/key.txt", "_layout/key.txt"])
def test_a_link_is_not_included(templates: Path, place: str) -> None:
    (templates / place).symlink_to(templates.parent / "signing.key")

    assert "is a link" in str(included(templates, place))


def test_a_file_of_a_linked_folder_is_not_included(templates: Path) -> None:
    (templates / NAME / "more").symlink_to(templates.parent)

    assert "is a link" in str(included(templates, f"{NAME}/more/signing.key"))


def test_a_pipe_is_not_waited_for(templates: Path) -> None:
    os.mkfifo(templates / NAME / "pipe.txt")

    assert "is not a regular file" in str(included(templates, f"{NAME}/pipe.txt"))


@pytest.mark.parametrize(
    "place",
    [
        "other/part.mjml",
        f"{NAME}/../other/part.mjml",
        f"{NAME}/./body.mjml",
        "/etc/hostname",
        "../signing.key",
    ],
)
def test_a_file_that_an_approval_does_not_cover_is_not_included(
    templates: Path, place: str
) -> None:
    (templates / "other").mkdir()
    (templates / "other" / "part.mjml").write_text("x", encoding="utf-8")

    refusal = included(templates, place)

    assert refusal.where == f"{NAME}/body.mjml, line 3"
    assert "expected one of _layout or monthly-letter" in refusal.sentence


@pytest.mark.parametrize("place", FILES)
@pytest.mark.parametrize("target", ["signing.key", "/dev/zero"])
def test_no_file_of_a_template_may_be_a_link(
    templates: Path, place: str, target: str
) -> None:
    """It is refused before it is read: /dev/zero has no end."""
    path = templates / NAME / place
    path.unlink()
    path.symlink_to(templates.parent / target)

    found: object
    try:
        found = FILES[place](templates)
    except ContentError as refusal:
        found = str(refusal)

    assert "is a link" in str(found)
    with pytest.raises(ContentError, match="is a link"):
        agreed.template_digest(templates, NAME)


def test_a_link_is_found_wherever_it_is_in_a_template(templates: Path) -> None:
    (templates / NAME / "everything").symlink_to("/")

    with pytest.raises(ContentError, match="everything: is a link"):
        agreed.template_digest(templates, NAME)
