"""Telephones, sites, addresses and tags of cells are read, or refused with a reason."""

from collections.abc import Callable

import pytest

from audiences.intake.values import details

READ: list[tuple[Callable[[str], object], str, object]] = [
    (details.telephones, "+33 1 45 68 10 00", "+33 1 45 68 10 00"),
    (details.telephones, "\u202a+33\u00a01 45\u202c", "+33 1 45"),
    (details.telephones, "01 23 45, 01 67 89", "01 23 45; 01 67 89"),
    (details.telephones, "0123 / 0124|0125\n0123", "0123; 0124; 0125"),
    (details.telephones, "0123 ext. 4, room 5", "0123 ext. 4, room 5"),
    (details.telephones, "٠١٢٣", "٠١٢٣"),
    (details.postal_address, "BP 1 \r\n\r\n Dakar", "BP 1\nDakar"),
    (details.website, "icom.museum/fr", "https://icom.museum/fr"),
    (details.website, "http://icom.museum", "http://icom.museum"),
    (details.website, "кто.рф", "https://кто.рф"),
    (details.tags, "Donors 2025; “Press”,press,", ("donors 2025", "press")),
]
REFUSED: list[tuple[Callable[[str], object], str, str]] = [
    (details.telephones, "3.31456E+10", "a spreadsheet rounded"),
    (details.telephones, "none", "too few digits"),
    (details.telephones, "1" * 61, "at most 60"),
    (details.telephones, ";".join(str(1000 + each) for each in range(11)), "most 10"),
    (details.postal_address, "a" * 501, "at most 500"),
    (details.notes, "a\x00b", "U+0000"),
    (details.website, "javascript:alert(1)", "not a web address"),
    (details.website, "ftp://a.example", "not a web address"),
    (details.website, "https://user@a.example", "not a web address"),
    (details.website, "https://[a.example", "not a web address"),
    (details.website, "none", "not a web address"),
    (details.website, "a.example b.example", "without spaces"),
    (details.tags, "x" * 61, "at most 60"),
    (details.tags, ",".join(map(str, range(51))), "at most 50"),
]


@pytest.mark.parametrize(("read", "cell", "kept"), READ)
def test_a_cell_is_kept_in_one_form(
    read: Callable[[str], object], cell: str, kept: object
) -> None:
    assert read(cell) == kept


@pytest.mark.parametrize(("read", "cell", "reason"), REFUSED)
def test_a_cell_that_is_not_understood_is_refused_with_the_reason(
    read: Callable[[str], object], cell: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason.replace("+", r"\+")):
        read(cell)
