"""`mailer suppressions lift` for one address, for a campaign, since a day."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from audiences import suppressions
from audiences.suppressions import Why
from mailer import clock
from mailer.outbox.models import Message
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.commands import Mailer
from tools.peers.relay import Relay

GONE = ("dakar@fieldoffice.example", "santiago@fieldoffice.example")


async def suppressed_by_delivery(site: Site, relay: Relay, place: Path) -> int:
    """Deliver a campaign to offices, of which two do not exist; suppress another."""
    number = await campaigning.released(site, place, audience=campaigning.OFFICES)
    relay.script = lambda verb, line: (
        "550 5.1.1 no such user"
        if verb == "RCPT" and any(each in line for each in GONE)
        else None
    )
    await delivering.work(site)
    ledger = await campaigning.ledger(site, number)
    asked: Message = ledger["apia@fieldoffice.example"]
    async with site.database.writing() as session:
        await suppressions.suppress(
            session, asked.address_key, Why.ASKED, now=clock.now()
        )
    return number


async def reasons(site: Site) -> Sequence[str]:
    async with site.database.reading() as session:
        return sorted(each.reason for each, _ in await suppressions.listed(session))


def test_it_needs_one_of_address_campaign_and_day(mailer: Mailer) -> None:
    none = mailer("suppressions", "lift", "--detail", "x")
    both = mailer(
        *("suppressions", "lift", "--campaign", "1", "--since", "2027-01-01"),
        *("--detail", "x"),
    )

    assert (none.code, both.code) == (2, 2)
    assert "one of ADDRESS, --campaign and --since" in " ".join(none.err.split())


@pytest.mark.prove
async def test_a_campaign_lifts_what_it_suppressed_and_nothing_else(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await suppressed_by_delivery(site, relay, tmp_path)
    other = await campaigning.released(site, tmp_path)
    assert await reasons(site) == ["asked", "bounced", "bounced"]

    async def lift(*arguments: str) -> tuple[int | None, str]:
        command = ("suppressions", "lift", *arguments, "--detail", "the relay")
        process = await delivering.process(site, *command)
        out, err = await process.communicate()
        return process.returncode, (out + err).decode()

    code, said = await lift("--campaign", str(other))
    assert (code, "0 addresses" in said) == (0, True)
    code, said = await lift("--campaign", str(number), "--expect", "3")
    assert (code, "found 2 addresses that are suppressed so; expected 3" in said) == (
        1,
        True,
    )
    assert await reasons(site) == ["asked", "bounced", "bounced"]

    code, said = await lift("--campaign", str(number), "--expect", "2")
    assert (code, said) == (0, "2 addresses may be written to again\n")
    assert await reasons(site) == ["asked"]


async def test_a_campaign_and_a_day_choose_what_is_listed(
    site: Site, relay: Relay, mailer: Mailer, tmp_path: Path
) -> None:
    number = await suppressed_by_delivery(site, relay, tmp_path)
    other = await campaigning.released(site, tmp_path)

    async def listed(*options: str) -> list[str]:
        ran = await asyncio.to_thread(mailer, "suppressions", "list", *options)
        assert ran.code == 0, ran.err
        return [each for each in (*GONE, "apia@fieldoffice.example") if each in ran.out]

    assert await listed("--campaign", str(number)) == list(GONE)
    assert await listed("--campaign", str(other)) == []
    assert len(await listed("--since", "2026-01-01")) == 3
    assert await listed("--since", "2100-01-01") == []


@pytest.mark.prove
async def test_a_day_lifts_what_delivery_suppressed_since_it_began(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await suppressed_by_delivery(site, relay, tmp_path)
    for day, left in (
        ("2999-01-01", ["asked", "bounced", "bounced"]),
        (f"{clock.now():%Y-%m-%d}", ["asked"]),
    ):
        command = ("suppressions", "lift", "--since", day, "--detail", "x", "--yes")
        process = await delivering.process(site, *command)
        _, err = await process.communicate()

        assert process.returncode == 0, err
        assert await reasons(site) == left
