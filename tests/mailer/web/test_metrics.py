"""/metrics: true numbers, for this machine or with the token only."""

import re
import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from mailer import clock
from mailer.readers import optouts
from mailer.reports import metrics
from mailer.reports.metrics import Metric
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store import identity
from tests.acts import campaigning, delivering, opting_out, readers
from tests.acts.commands import Mailer
from tools.peers.relay import Relay
from tools.peers.serving import serving

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])
LINE = re.compile(
    r'# (HELP|TYPE) liaison_\w+ .+|liaison_\w+(\{\w+="[^"\n]*"(,\w+="[^"\n]*")*\})? \S+'
)
OTHER = {"X-Forwarded-For": "192.0.2.7"}  # as a proxy of this machine adds


async def measured(site: Site, *, later: float = 0) -> dict[str, dict[str, float]]:
    """Return the values of each metric by their last label."""
    async with site.database.reading() as session:
        found: list[Metric] = await metrics.measure(
            session,
            site.root,
            is_sqlite=site.database.is_sqlite,
            now=clock.now() + timedelta(seconds=later),
        )
    return {
        each.name: {
            next(reversed([*sample.labels.values()]), ""): sample.value
            for sample in each.samples
        }
        for each in found
    }


async def test_the_numbers_follow_a_campaign(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    answers = iter(["550 5.1.1 no such mailbox", "451 4.7.1 later"])
    relay.script = lambda verb, _: next(answers, None) if verb == "RCPT" else None
    before = await measured(site)
    await campaigning.released(site, tmp_path)
    waiting = await measured(site, later=90)
    await delivering.work(delivering.tuned(site, retry_minutes=(60.0,)))
    after = await measured(site)

    assert before["messages"] == before["messages_not_taken"] == {}
    assert before["queue_oldest_seconds"][""] == 0
    assert waiting["messages"] == {"waiting": 10}
    assert waiting["campaigns"]["sending"] == 1
    assert 80 < waiting["queue_oldest_seconds"][""] < 600
    assert (waiting["workers"][""], after["workers"][""]) == (0, 0)
    assert after["store_bytes"][""] > 100_000
    assert after["disk_free_bytes"][""] > 0
    assert after["messages"] == {"accepted": 8, "deferred": 1, "refused": 1}
    assert after["messages_not_taken"] == {"default": 1}
    assert after["campaigns"]["sending"] == 1


async def test_a_campaign_that_is_not_released_in_time_shows(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    await campaigning.schedule_at(site, number, clock.now() + timedelta(seconds=30))

    assert (await measured(site))["ticker_lag_seconds"][""] == 0
    assert 50 < (await measured(site, later=90))["ticker_lag_seconds"][""] < 90


@ON_SQLITE
async def test_opt_outs_beside_the_store_and_a_stop_show(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    before = await measured(site)
    optouts.append(site.root, [opting_out.leaving(site, link)])
    async with site.database.writing() as session:
        await identity.stop(session, by="editor", because="a test", now=clock.now())
    after = await measured(site)

    assert (before["optouts_kept_bytes"][""], before["halted"][""]) == (0, 0)
    assert after["optouts_kept_bytes"][""] > 50
    assert after["halted"][""] == 1


@ON_SQLITE
async def test_this_machine_may_ask_and_the_lines_are_of_the_format(site: Site) -> None:
    async with serving(site) as pages:
        answer = await pages.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == (
        "text/plain; version=0.0.4; charset=utf-8"
    )
    assert answer.text.endswith("\n")
    assert [line for line in answer.text.splitlines() if not LINE.fullmatch(line)] == []
    assert "\nliaison_halted 0\n" in answer.text


@ON_SQLITE
async def test_through_a_proxy_the_token_is_needed(site: Site) -> None:
    token = secrets.token_urlsafe(32)
    (site.root / "secrets" / "metrics").write_text(token + "\n")
    values = {("web", "metrics_token_file"): "secrets/metrics"}
    async with serving(site) as pages:
        without_setting = await pages.get(
            "/metrics", Authorization=f"Bearer {token}", **OTHER
        )
    edit_toml(site.root / "config.toml", values)
    async with open_site(site.root / "config.toml") as other:
        async with serving(other) as pages:
            refused = [
                await pages.get("/metrics", **OTHER, **given)
                for given in (
                    {},
                    {"Authorization": "Bearer"},
                    {"Authorization": f"Bearer {token}x"},
                    {"Authorization": token},
                )
            ]
            shown = await pages.get(
                "/metrics", Authorization=f"Bearer {token}", **OTHER
            )

    assert [each.status_code for each in (without_setting, *refused)] == [404] * 5
    assert shown.status_code == 200


def test_a_label_cannot_break_the_format() -> None:
    sample = metrics.Sample(value=1, labels={"relay": 'a"b\\c\nd'})
    metric = Metric(name="x", sentence="A sentence.", samples=(sample,))

    assert metrics.exposition([metric]).splitlines()[2] == (
        r'liaison_x{relay="a\"b\\c\nd"} 1'
    )


@ON_SQLITE
def test_the_command_prints_the_same(mailer: Mailer) -> None:
    printed, document = mailer("metrics"), mailer("metrics", "--json").json

    assert "# TYPE liaison_halted gauge\nliaison_halted 0\n" in printed.out
    assert {"name", "sentence", "samples"} == set(document[0])
