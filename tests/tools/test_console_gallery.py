"""The gallery has a picture of each main page of the console, none of them large."""

import pytest

from tools import console_gallery
from tools.console_gallery import LARGEST, PAGES, Page
from tools.gallery import PICTURES


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.file)
def test_each_page_has_a_small_picture_that_the_gallery_shows(page: Page) -> None:
    gallery = (PICTURES.parent / "gallery.md").read_text(encoding="utf-8")
    lines = "\n".join(console_gallery.index())

    assert 0 < (PICTURES / page.file).stat().st_size <= LARGEST
    assert f'src="gallery/{page.file}"' in lines
    assert gallery.endswith(f"{lines}\n")
