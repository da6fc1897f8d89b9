"""Of two editors who read the same version, the second loses nothing."""

from pathlib import Path

import pytest

from tests.acts import campaigning
from tests.acts.commands import Mailer, shown

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
REPLACE = ("--replace", "1", "--version")


def test_the_second_of_two_editors_is_refused_and_told_where_both_texts_are(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    mailer("campaigns", "import", str(path))
    seen = mailer("campaigns", "show", "1", "--json").json["version"]
    (path / "en.md").write_text(campaigning.TEXT + "\nFirst.\n", encoding="utf-8")
    first = mailer("campaigns", "import", str(path), *REPLACE, seen)
    (path / "en.md").write_text(campaigning.TEXT + "\nSecond.\n", encoding="utf-8")
    second = mailer(
        *("campaigns", "import", str(path), *REPLACE, seen, "--by", "head-of-unit")
    )
    now = mailer("campaigns", "show", "1", "--json").json
    mailer("campaigns", "copy", "1", str(tmp_path / "present"))

    assert (first.code, second.code) == (0, 1)
    assert "was changed at" in shown(second.err)
    assert "`mailer campaigns copy 1 DIR` writes the present text" in shown(second.err)
    assert "First." in (tmp_path / "present" / "en.md").read_text(encoding="utf-8")
    assert "Second." in (path / "en.md").read_text(encoding="utf-8")
    again = mailer("campaigns", "import", str(path), *REPLACE, now["version"])
    assert again.code == 0


def test_a_version_that_is_none_or_without_a_campaign_is_wrong_usage(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = str(campaigning.write(tmp_path))

    assert mailer("campaigns", "import", path, *REPLACE, "yesterday").code == 2
    assert mailer("campaigns", "import", path, "--version", "2027-05-04").code == 2
