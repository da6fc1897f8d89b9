"""The encoding of a list is found by its words, or the list is refused."""

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from audiences.errors import FileRefusedError
from audiences.intake import read
from audiences.intake.encodings import detect, evidence
from audiences.intake.encodings.candidates import CANDIDATES
from audiences.intake.lists.table import Table
from tools.encodings import measure
from tools.encodings.lists import lists

HEAD = "address,name\n"


def opened(path: Path, content: bytes, *, repair: bool = False) -> Table:
    path.write_bytes(content)
    return read.open_table(path, repair=repair)


def refused(path: Path, content: bytes) -> str:
    with pytest.raises(FileRefusedError) as refusal:
        opened(path, content)
    return str(refusal.value)


@pytest.mark.prove
def test_nine_lists_of_ten_are_read_right_and_almost_none_wrong() -> None:
    made = islice(lists(rows=20, seeds=range(3)), 0, None, 3)
    total: Counter[str] = sum(measure.measured(made).values(), Counter())

    assert total["right"] >= 0.9 * total.total()
    assert total["wrong"] <= 0.005 * total.total()
    assert total.total() > 100


@pytest.mark.prove
def test_every_candidate_is_recognised_in_one_of_its_languages() -> None:
    own = {(each.codec, language) for each in CANDIDATES for language in each.languages}
    made = [each for each in lists(rows=20, seeds=range(1))]
    right = {
        each.codec
        for each in made
        if (each.codec, each.language) in own
        and detect.is_sure(detect.readings(detect.words([each.octets])))
    }

    assert right == {each.codec for each in CANDIDATES}


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("mac_roman", "Zoé Lefèvre, Société d’éducation"),
        ("cp1253", "Γιώργος Παπαδόπουλος"),
        ("cp1250", "Małgorzata Wójcik, Łódź"),
        ("cp1254", "Ayşe Yılmaz, Eğitim Derneği"),
        ("koi8_r", "Светлана Кузнецова"),
        ("gb18030", "王小明, 北京教育协会"),
        ("cp932", "山田太郎, ユネスコ協会"),
        ("cp1255", "דוד כהן, אגודת המורים"),
    ],
)
def test_a_list_of_one_row_is_enough(tmp_path: Path, codec: str, name: str) -> None:
    table = opened(tmp_path / "a.csv", f'{HEAD}a@x.example,"{name}"\n'.encode(codec))

    assert next(table.rows) == ["a@x.example", name]


def test_the_encoding_and_cells_that_show_it_are_part_of_the_result(
    tmp_path: Path,
) -> None:
    content = f"{HEAD}a@x.example,Ann\nb@x.example,Hélène Côté\n".encode("mac_roman")

    table = opened(tmp_path / "a.csv", content)

    assert table.decoding is not None
    assert table.decoding.name == "Mac Roman"
    assert table.decoding.cells == ("Hélène Côté",)
    assert table.form == "CSV, Mac Roman, delimiter ,"


def test_a_doubtful_list_is_refused_with_both_readings_and_what_to_type(
    tmp_path: Path,
) -> None:
    sentence = refused(tmp_path / "a.csv", f"{HEAD}a@x.example,".encode() + b"\xe9\n")

    assert "may read י in windows-1255 or И in KOI8-R" in sentence
    assert "give --encoding cp1255 or --encoding koi8_r" in sentence


def test_one_row_of_windows_1252_in_utf8_is_refused_with_its_line_and_read_on_request(
    tmp_path: Path,
) -> None:
    good = "".join(f"a{n}@x.example,Zoé Lefèvre\n" for n in range(20))
    content = (HEAD + good).encode() + "b@x.example,Éva\n".encode("cp1252")

    sentence = refused(tmp_path / "a.csv", content)
    rows = list(opened(tmp_path / "a.csv", content, repair=True).rows)

    assert "line 22: found octets that are not UTF-8, perhaps Éva" in sentence
    assert "--repair" in sentence
    assert rows[-1] == ["b@x.example", "Éva"]
    assert rows[0] == ["a0@x.example", "Zoé Lefèvre"]


def test_one_row_of_utf8_in_windows_1252_is_refused(tmp_path: Path) -> None:
    odd = "".join(f"a{n}@x.example,Zoé Lefèvre\n" for n in range(20))
    content = (HEAD + odd).encode("cp1252") + "b@x.example,Hélène\n".encode()

    assert "while line 22 is UTF-8" in refused(tmp_path / "a.csv", content)


def test_utf16_without_a_mark_is_recognised_in_both_orders(tmp_path: Path) -> None:
    for codec in ("utf-16-le", "utf-16-be"):
        table = opened(
            tmp_path / "a.csv", f"{HEAD}a@x.example,Светлана\n".encode(codec)
        )
        assert next(table.rows) == ["a@x.example", "Светлана"]


def test_a_named_encoding_is_taken_as_it_is_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEAD}a@x.example,".encode() + b"\xe9\n")

    assert next(read.open_table(path, encoding="koi8_r").rows)[1] == "И"
    for encoding in ("utf-8", "no-such-encoding", "base64"):
        with pytest.raises(FileRefusedError, match="not a text in the encoding"):
            read.open_table(path, encoding=encoding)


def test_lines_end_with_any_mark_and_are_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\rb\r\nc\n\r\nd\r")

    found = list(evidence._lines(path))

    assert found == [(1, b"a"), (2, b"b"), (3, b"c"), (4, b""), (5, b"d")]
