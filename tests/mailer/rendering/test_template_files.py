"""Template files are read once, as values, and only from inside their folder."""

import os
import shutil
from pathlib import Path

import pytest

from mailer.errors import ContentError
from mailer.rendering import renderer, template_files
from mailer.rendering.template_files import TemplateFiles, read
from tools.checkout import TEMPLATES
from tools.samples import source

SECRET = "the-secret-key"
BODY = """{%% extends "_layout/letter.mjml" %%}
{%% block body %%}
<mj-section><mj-column><mj-text>{%% include "%s" %%}</mj-text></mj-column></mj-section>
{%% endblock %%}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "templates"
    shutil.copytree(TEMPLATES, copy)
    (tmp_path / "key").write_text(SECRET)
    return copy


def including(folder: Path, place: str) -> str:
    """Return why a letter that includes a path is refused, with its place."""
    path = folder / "monthly-letter" / "body.mjml"
    path.write_text(BODY % place, encoding="utf-8")
    with pytest.raises(ContentError) as refusal:
        renderer.kept.render(source("monthly-letter", "en"), read(folder))
    return str(refusal.value)


@pytest.mark.parametrize(
    "place", ["../key", "/etc/hostname", "_layout/../../key", "monthly-letter/./../x"]
)
def test_a_path_outside_the_folder_is_no_file(folder: Path, place: str) -> None:
    refused = including(folder, place)

    assert refused.startswith("monthly-letter/body.mjml, line 3: there is no file")


def test_a_link_to_a_file_is_not_followed(folder: Path) -> None:
    (folder / "_layout" / "key.mjml").symlink_to(folder.parent / "key")

    assert including(folder, "_layout/key.mjml") == (
        "monthly-letter/body.mjml, line 3: _layout/key.mjml is a link; the file itself"
        " must be in _layout/"
    )


def test_a_link_to_a_folder_is_not_followed(folder: Path) -> None:
    (folder / "above").symlink_to(folder.parent)

    assert "line 3: above is a link" in including(folder, "above/key")


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "_layout" / "pipe.mjml")

    assert "is not a regular file" in including(folder, "_layout/pipe.mjml")


def test_a_file_above_the_limit_is_not_read(folder: Path) -> None:
    large = folder / "_layout" / "large.mjml"
    large.write_bytes(b"x" * (template_files.MAX_FILE + 1))

    assert "has more than 1 MB" in including(folder, "_layout/large.mjml")


def test_a_folder_that_is_too_deep_is_not_read(folder: Path) -> None:
    parts = ["deep", *("x" * template_files.MAX_DEPTH)]
    deep = folder.joinpath(*parts)
    deep.mkdir(parents=True)
    (deep / "part.mjml").write_text("x")

    assert "folders deep" in including(folder, "/".join([*parts, "part.mjml"]))


def test_names_that_cannot_be_told_apart_are_a_fault_of_their_folder(
    folder: Path,
) -> None:
    for name in ("part.mjml", "Part.mjml"):
        (folder / "programme-news" / name).write_text("x")

    assert "differs from" in including(folder, "programme-news/part.mjml")


def test_a_fault_in_one_letter_type_leaves_the_others(folder: Path) -> None:
    (folder / "programme-news" / "key.mjml").symlink_to(folder.parent / "key")
    letter = renderer.kept.render(source("monthly-letter", "en"), read(folder))

    assert letter.html


def test_too_many_octets_are_refused_for_all(folder: Path) -> None:
    for number in range(6):
        path = folder / "shared" / f"{number}.mjml"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * template_files.MAX_FILE)
    with pytest.raises(ContentError, match="has more than 1,000 files or 5 MB"):
        read(folder)


def test_too_many_files_are_refused_for_all(folder: Path) -> None:
    for number in range(template_files.MAX_FILES):
        path = folder / f"shared-{number % 5}" / f"{number}.mjml"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    with pytest.raises(ContentError, match="keep only templates in it"):
        read(folder)


def test_hidden_files_and_samples_are_left_out(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x")
    (folder / "_layout" / ".#letter.mjml").symlink_to("gone")
    files = read(folder)

    assert files == read(TEMPLATES)
    assert not any("sample" in path or ".git" in path for path in files.files)
    assert not files.refused


def test_a_folder_that_is_missing_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read: No such file"):
        read(tmp_path / "none")


def test_the_child_renders_with_the_files_that_it_was_given_last(folder: Path) -> None:
    own = renderer.Renderer()
    values = source("monthly-letter", "en")
    first = read(folder)
    css = folder / "_layout" / "letter.css"
    css.write_text(css.read_text() + "p { color: #c0ffee }\n")
    second = read(folder)

    shown = [own.render(values, each).html for each in (first, second, second, first)]
    own.close()

    assert ["#c0ffee" in each for each in shown] == [False, True, True, False]


def test_the_digest_says_which_path_has_which_content() -> None:
    one = TemplateFiles(place="", files={"a": b"1", "b": b"2"})
    two = TemplateFiles(place="", files={"a": b"2", "b": b"1"})

    assert one != two
    assert one == TemplateFiles(place="elsewhere", files={"b": b"2", "a": b"1"})
