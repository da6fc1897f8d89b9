"""An address in any script works alike in each line, in HTML, text and check."""

import pytest

from tests.mailer.rendering.test_blocks import letter_of, problems, shown

MULLER = "https://müller.example/é"
ASCII = "https://xn--mller-kva.example/%C3%A9"


@pytest.mark.parametrize(
    "text",
    [
        f"# button b\nlink: {MULLER}\nlabel: Go",
        f"# item i\ntitle: T\nlink: {MULLER}",
        f"# item i\ntitle: [T]({MULLER})",
        f"# text t\n\n[M]({MULLER})",
        f"# text t\n\nSee {MULLER} now.",
        f"# links l\ntitle: L\n\n- [M]({MULLER})",
        f"# partners p\ntitle: P\n\n- [![M](cid:a.png)]({MULLER})",
        f"# picture p\nfile: a.png\nalt: A\nlink: {MULLER}",
        f"# video v\ntitle: V\nlink: {MULLER}",
    ],
)
def test_an_address_of_other_letters_is_one_that_every_program_opens(text: str) -> None:
    letter = letter_of(text)

    assert f'href="{ASCII}"' in letter.html
    assert ASCII in letter.text
    assert not [what for _, what in problems(text) if "müller" in what]


def test_the_host_of_a_video_is_named_as_people_write_it() -> None:
    assert "on müller.example" in shown(f"# video v\ntitle: V\nlink: {MULLER}")


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://例子.测试/页", "https://xn--fsqu00a.xn--0zwm56d/%E9%A1%B5"),
        ("https://مثال.إختبار/ص", "https://xn--mgbh0fb.xn--kgbechtv/%D8%B5"),
    ],
)
def test_a_bare_address_of_other_letters_is_a_link(address: str, linked: str) -> None:
    letter = letter_of(f"# text t\n\nSee <{address}> now.")

    assert f'href="{linked}"' in letter.html
    assert f"({linked})" in letter.text


def test_a_bare_chinese_address_is_asked_about() -> None:
    ((where, what),) = problems("# text t\n\n请见https://例子.测试/页面。")

    assert where == "en.md, line 8"
    assert "write it as <https://…>" in what
