"""Text that another program has damaged is refused, or repaired on request."""

from pathlib import Path

import pytest

from audiences.intake.encodings import damage
from mailer.sites.site import Site
from tests.audiences.importing import import_file, write


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("SociÃ©tÃ© d’Ã©tudes", "Société d’études"),
        ("voilÃ", "voilà"),
        ("Soci√©t√©", "Société"),
        ("Soci├®t├®", "Société"),
        ("PaweÅ‚", "Paweł"),
        ("РњРѕСЃРєРІР°", "Москва"),
        ("Ø§Ù„Ù…Ø¹Ù„Ù…", "المعلم"),
        ("â€œNotesâ€\x9d", "“Notes”"),
    ],
)
def test_utf8_that_was_read_in_another_encoding_is_found_and_undone(
    damaged: str, meant: str
) -> None:
    assert "looks like" in (damage.find(damaged) or "")
    assert damage.repaired(damaged) == meant


@pytest.mark.parametrize("lost", ["Fran\ufffdois", "Lefï¿½vre", "LeÃ›n", "ÐœÐ¾ÑÐºÐ²Ð°"])
def test_what_was_lost_or_damaged_twice_is_not_repaired(lost: str) -> None:
    assert damage.find(lost)
    assert damage.repaired(lost) == lost


@pytest.mark.parametrize(
    "sound",
    [
        *("Рівне", "Вёрстка", "Сёмина", "ЁЛКА №5", "São Paulo", "IRMÃ MARIA"),
        *("CAFÉ»", "«ESPAÑA»", "—Éva", "Étude « À »", "TÜRKİYE", "Đặng Quỹ", "N° 5"),
        *("الاتحاد", "中国", "œuvre “É”", "Señor “Ñ”", "Ὅμηρος", "Ünï"),
    ],
)
def test_sound_text_is_left_as_it_is(sound: str) -> None:
    assert damage.find(sound) is None
    assert damage.repaired(sound) == sound


async def test_a_damaged_name_refuses_its_row_and_with_repair_is_read_with_a_remark(
    site: Site, tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        "a@x.example;ZoÃ© LefÃ¨vre;icom",
        "b@x.example;Fran\ufffdois;icom",
        head="address;name;organisation",
    )

    refused = await import_file(site, path, apply=False)
    repaired = await import_file(site, path, apply=False, repair=True)

    assert [fault.row for fault in refused.faults] == [2, 3]
    assert "give --repair" in refused.faults[0].reason
    assert "U+FFFD" in refused.faults[1].reason
    assert [fault.row for fault in repaired.faults] == [3]
    assert [each.reason for each in repaired.remarks] == ["read as Zoé Lefèvre"]
