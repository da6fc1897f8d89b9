"""Only regular files inside a campaign folder are read, and only so many octets."""

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.campaigns.writing import campaign_toml, files, folder, regular_files
from mailer.errors import ContentError
from tests.acts import campaigning

PDF = b"%PDF-1.7\n"
GOOD = 'name = "x"\ntemplate = "x"\ndate = 2027-05-04\n'
PLACES = ("fr.md", "campaign.toml", "files/plan.pdf", "files/fr/plan.pdf")


def a_link_out(path: Path) -> None:
    outside = path.parents[3] / "outside"
    outside.write_bytes(PDF)
    path.symlink_to(outside)


def a_link_within(path: Path) -> None:
    path.symlink_to("en.md")


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_link_to_the_process(path: Path) -> None:
    path.symlink_to("/proc/self/environ")


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{os.open(path.parent, os.O_PATH)}/{path.name}")


def a_large_file(path: Path) -> None:
    with path.open("wb") as sparse:
        sparse.write(PDF)
        sparse.truncate(2_000_000_000)


KINDS = [
    *(a_link_out, a_link_within, a_link_to_nothing, a_device, a_link_to_the_process),
    *(a_pipe, a_socket, a_large_file),
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("make", KINDS)
def test_what_is_not_a_regular_file_inside_is_refused_with_its_place(
    tmp_path: Path, place: str, make: Callable[[Path], None]
) -> None:
    path = campaigning.write(tmp_path)
    file = path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    make(tmp_path / "campaign-0" / place)
    began = time.monotonic()

    with pytest.raises(ContentError) as refused:
        folder.read(path)

    assert place in refused.value.where
    assert "\n" not in str(refused.value)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("name", ["files", "files/fr"])
def test_a_folder_of_files_that_is_a_link_is_refused(tmp_path: Path, name: str) -> None:
    path = campaigning.write(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "plan.pdf").write_bytes(PDF)
    (path / name).parent.mkdir(exist_ok=True)
    (path / name).symlink_to(outside)

    with pytest.raises(ContentError, match="is a link"):
        folder.read(path)


def test_a_file_that_becomes_a_link_while_it_is_read_is_never_followed(
    tmp_path: Path,
) -> None:
    path = campaigning.write(tmp_path)
    (path / "files").mkdir()
    (tmp_path / "secret.pdf").write_bytes(PDF + b"secret")
    ended = threading.Event()

    def swap() -> None:
        good, link = tmp_path / "good", tmp_path / "link"
        while not ended.is_set():
            good.write_bytes(PDF)
            good.replace(path / "files" / "plan.pdf")
            link.symlink_to(tmp_path / "secret.pdf")
            link.replace(path / "files" / "plan.pdf")

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        for _ in range(300):
            try:
                attached = files.read(path)
            except ContentError:
                continue
            assert all(b"secret" not in each.octets for each in attached)
    finally:
        ended.set()
        swapping.join()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (b"plan\xff.pdf", "not UTF-8"),
        (b"plan\n.pdf", "invisible characters"),
        (b"plan\x1b[2J.pdf", "invisible characters"),
        ("plan\u202efdp.pdf".encode(), "invisible characters"),
        ("plan\u200b.pdf".encode(), "invisible characters"),
    ],
)
@pytest.mark.parametrize("inside", ["files", "files/fr", "."])
def test_a_name_that_cannot_be_shown_is_refused(
    tmp_path: Path, name: bytes, sentence: str, inside: str
) -> None:
    path = campaigning.write(tmp_path)
    (path / inside).mkdir(parents=True, exist_ok=True)
    place = os.path.join(os.fsencode(path / inside), name)  # noqa: PTH118 (octets)
    with open(place, "wb") as file:  # noqa: PTH123 (octets)
        file.write(PDF)

    with pytest.raises(ContentError, match=sentence) as refused:
        folder.read(path)

    assert str(refused.value).isprintable()
    str(refused.value).encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("files/plan.pdf", "files/Plan.PDF"),
        ("files/\u00e9tat.pdf", "files/e\u0301tat.pdf"),
        ("fr.md", "FR.md"),
        ("zh-Hant.md", "zh-hant.md"),
    ],
)
def test_names_that_differ_only_in_case_or_form_are_refused(
    tmp_path: Path, one: str, other: str
) -> None:
    path = campaigning.write(tmp_path)
    (path / "files").mkdir()
    for name in (one, other):
        (path / name).write_bytes(PDF)

    with pytest.raises(ContentError, match="only in capitals or Unicode form"):
        folder.read(path)


def test_too_many_files_and_too_many_octets_are_refused(tmp_path: Path) -> None:
    path = campaigning.write(tmp_path)
    (path / "files").mkdir()
    for number in range(11):
        with (path / "files" / f"{number}.pdf").open("wb") as sparse:
            sparse.write(PDF)
            sparse.truncate(files.MAX_FILE)
    with pytest.raises(ContentError, match="more than 50 MB in all"):
        folder.read(path)

    for number in range(regular_files.MAX_NAMES + 1):
        (path / "files" / f"n{number}.pdf").write_bytes(PDF)
    with pytest.raises(ContentError, match="more than 500 files"):
        folder.read(path)


@pytest.mark.parametrize(
    "more",
    [
        "x = " + "[" * 50_000,
        "x = " + "[" * 300 + "]" * 300,
        "x = " + "{a = " * 300 + "1" + "}" * 300,
        "[" + "a." * 20_000 + "b]",
        "x." + "a." * 300 + "b = 1",
        "x = " + "9" * 5_000,
        "date2 = 2027-02-30",
        "x = 1979-05-27T25:00:00",
        'author = [["' + '", "'.join("x" * 30_000) + '"]]',
        '"' + "k" * 100_000 + '" = 1',
        'author = ["' + "y" * 100_000 + '"]',
    ],
)
def test_a_hostile_campaign_toml_ends_in_one_short_sentence(
    tmp_path: Path, more: str
) -> None:
    path = campaigning.write(tmp_path, toml=GOOD + more)
    began = time.monotonic()

    with pytest.raises(ContentError) as refused:
        folder.read(path)

    assert "campaign.toml" in refused.value.where
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 800
    assert time.monotonic() - began < 2


def test_the_levels_of_a_campaign_toml_are_few_but_enough(tmp_path: Path) -> None:
    levels = campaign_toml.MAX_LEVELS
    path = campaigning.write(tmp_path, toml=f"{GOOD}x = {'[' * levels}{']' * levels}")
    with pytest.raises(ContentError, match="over 8 levels"):
        folder.read(path)
