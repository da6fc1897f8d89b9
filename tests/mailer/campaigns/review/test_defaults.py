"""Nothing leaves a real site with example names; a demonstration remarks on them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailer import clock
from mailer.campaigns.review import gate
from mailer.campaigns.review.gate import CampaignCheck
from mailer.cli.main import run
from mailer.errors import RefusedError
from mailer.settings import real_names
from mailer.sites.site import Site
from tests.acts import campaigning, real_sites
from tests.acts.commands import Mailer

LINKED = campaigning.TEXT + "\nSee [the programme](LINK), and come.\n"


@pytest.fixture
def store() -> str:
    """Run on SQLite only: the kind of store does not matter."""
    return "sqlite"


async def checked(site: Site, number: int) -> CampaignCheck:
    return await gate.check(site, number, now=clock.now(), scored=False)


def errors(found: CampaignCheck) -> list[str]:
    return [each.what for each in found.problems if each.level == "error"]


async def test_a_real_site_with_real_names_passes(site: Site, tmp_path: Path) -> None:
    path = campaigning.write(
        tmp_path, en=LINKED.replace("LINK", "https://www.who.int/a")
    )
    found = await checked(real_sites.real(site), await campaigning.add(site, path))

    assert found.problems == []


@pytest.mark.parametrize(
    ("section", "key", "value", "what"),
    [
        ("site", "url", "http://127.0.0.1:8025", "on no public network"),
        ("site", "url", "https://10.1.2.3", "on no public network"),
        ("site", "url", "https://localhost", "an example domain, or this machine"),
        ("site", "url", "https://letters.example.org", "an example domain"),
        ("site", "url", "https://letters", "known within one network only"),
        ("mail", "domain", "unit.test", "mail.domain: unit.test is an example"),
        ("mail", "return_domain", "x.invalid", "mail.return_domain: x.invalid"),
        ("mail", "leave_mailbox", "a@b.example.com", "mail.leave_mailbox: b.example"),
        ("sender", "reply_to", "a@b.example", "sender.reply_to: b.example is an"),
        ("sender", "postal", {}, "sender.postal has no postal address"),
        ("languages", "default", "xx", "languages.default: found xx"),
    ],
)
async def test_a_setting_of_a_new_site_blocks_a_real_one(
    site: Site, tmp_path: Path, section: str, key: str, value: Any, what: str
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    other = real_sites.real(site, **{section: {key: value}})
    (error,) = errors(await checked(other, number))

    assert what in error


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("https://www.example.org/programme", "www.example.org is an example domain"),
        ("https://portal.test/", "portal.test is an example domain"),
        ("https://127.0.0.1:8025/x", "127.0.0.1 is on no public network"),
        ("https://intranet/x", "intranet is known within one network only"),
        ("mailto:desk@example.org", "example.org is an example domain"),
    ],
)
async def test_a_link_to_no_real_page_blocks_and_is_remarked_on_in_a_demonstration(
    site: Site, tmp_path: Path, link: str, reason: str
) -> None:
    path = campaigning.write(tmp_path, en=LINKED.replace("LINK", link))
    number = await campaigning.add(site, path)
    real = await checked(real_sites.real(site), number)
    demo = await checked(site, number)
    (error,) = real.problems
    (remark,) = demo.problems

    assert (str(error.level), error.where) == ("error", "en.md, line 9")
    assert reason in error.what
    assert (str(remark.level), remark.what) == ("warning", error.what)


@pytest.mark.parametrize(
    "link", ["https://liaison.example/en/forum", "mailto:desk@ed.sector.example?cc=x"]
)
async def test_the_invented_names_of_a_demonstration_are_for_it_alone(
    site: Site, tmp_path: Path, link: str
) -> None:
    path = campaigning.write(tmp_path, en=LINKED.replace("LINK", link))
    number = await campaigning.add(site, path)
    real = await checked(real_sites.real(site), number)
    demo = await checked(site, number)

    assert (len(real.problems), demo.problems) == (1, [])


async def test_a_date_that_has_passed_is_approved_only_on_purpose(
    site: Site, tmp_path: Path
) -> None:
    later = datetime(2097, 5, 7, tzinfo=UTC)
    real = real_sites.real(site)
    number = await campaigning.add(site, campaigning.write(tmp_path))
    found = await gate.check(real, number, now=later, scored=False)
    with pytest.raises(RefusedError, match="dated 2097-05-04") as raised:
        await gate.approve(
            real, number, by=campaigning.APPROVER, now=later, scored=False
        )
    await gate.approve(
        *(real, number),
        by=campaigning.APPROVER,
        now=later,
        scored=False,
        old_date=True,
    )

    assert [str(each.level) for each in found.problems] == ["warning"]
    assert raised.value.code == "date.past"
    assert await campaigning.state(site, number) == "approved"


async def test_the_day_itself_has_not_passed_anywhere(
    site: Site, tmp_path: Path
) -> None:
    day = datetime(2027, 5, 4, 23, tzinfo=UTC)
    number = await campaigning.add(site, campaigning.write(tmp_path))
    for now in (day, day + timedelta(hours=12)):
        found = await gate.check(real_sites.real(site), number, now=now, scored=False)
        assert found.problems == []


@pytest.mark.parametrize(
    ("domain", "reserved"),
    [
        ("a.EXAMPLE.com", True),
        ("example.org.", True),
        ("localhost", True),
        ("printer.local", True),
        ("myexample.com", False),
        ("example.com.fr", False),
        ("test.fr", False),
    ],
)
def test_reserved_domains_are_those_of_the_rfcs(domain: str, *, reserved: bool) -> None:
    assert real_names.is_reserved(domain) is reserved


def test_a_demonstration_never_gets_another_relay(mailer: Mailer) -> None:
    text = mailer.config.read_text(encoding="utf-8")
    before, relay, after = text.partition("\n[relay]\n")
    there = after.replace('host = "127.0.0.1"', 'host = "mx.who.int"', 1)
    mailer.config.write_text(before + relay + there, encoding="utf-8")
    ran = mailer("topics", "list")

    assert ran.code == 1
    assert "a demonstration sends to this machine only" in " ".join(ran.err.split())


def test_the_doctor_lists_the_defaults_of_a_new_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["init", str(tmp_path / "new")])
    capsys.readouterr()
    code = run(["--config", str(tmp_path / "new" / "config.toml"), "doctor"])
    shown = " ".join(capsys.readouterr().out.split())

    assert code == 1
    for setting in ("site.url", "mail.domain", "sender.address", "sender.reply_to"):
        assert f"{setting}:" in shown
