"""Alert mails: what the operator gets, once, also while store or relay is away."""

import os
import time
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mailer import clock
from mailer.campaigns import control, lookup
from mailer.outcomes import resuming
from mailer.processes import alerting
from mailer.settings import loading
from mailer.settings.sections import Settings
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, lines
from tests.mailer.processes.test_serving import started
from tools.peers.relay import Relay

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])
OPERATOR = "operator@ngo-liaison.int"


def alerted(site: Site, **sections: dict[str, Any]) -> Site:
    """Return the site with an operator, and other settings as given."""
    values = site.settings.model_dump(by_alias=True)
    values["alerts"] = values["alerts"] | {"to": [OPERATOR]}
    for section, keys in sections.items():
        values[section] = values[section] | keys
    return replace(site, settings=Settings.model_validate(values))


def mails(relay: Relay) -> list[EmailMessage]:
    return [
        message_from_bytes(each.octets, policy=policy.default)
        for each in relay.accepted
    ]


async def test_a_paused_campaign_is_mailed_once_and_then_that_it_is_over(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    watched, now = alerted(site), clock.now()
    first = await alerting.look(watched, now=now)
    async with site.database.writing() as session:
        await control.pause(session, number, by="editor", because="a test", now=now)
    second = await alerting.look(watched, now=now)
    again = await alerting.look(watched, now=now + timedelta(hours=2))
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await resuming.resume(session, campaign, by="editor", now=now)
    over = await alerting.look(watched, now=now + timedelta(hours=2))
    said = [str(each.get_content()) for each in mails(relay)]

    assert (second, again, over) == (True, False, True)
    assert f"warning, campaign {number}: it is paused" in said[int(first)]
    assert f"over: campaign {number}: it is paused" in said[-1]
    assert {each.sender for each in relay.accepted} == {""}
    assert {each.recipient for each in relay.accepted} == {OPERATOR}
    assert mails(relay)[0]["Auto-Submitted"] == "auto-generated"


@ON_SQLITE
async def test_a_relay_that_is_away_is_mailed_by_the_other(
    site: Site, relay: Relay, spare: Relay
) -> None:
    other = {"spare": {"host": "127.0.0.1", "port": spare.port}}
    watched = alerted(site, relays=other, alerts={"relay": "spare", "to": [OPERATOR]})
    await relay.stop()

    assert await alerting.look(watched, now=clock.now())
    assert f"error, relay: the relay 127.0.0.1:{relay.port}" in str(
        mails(spare)[0].get_content()
    )


@ON_SQLITE
async def test_a_mail_that_does_not_leave_is_tried_again(
    site: Site, relay: Relay
) -> None:
    old = site.root / "backups" / "a.tar.gz"
    old.parent.mkdir()
    old.touch()
    os.utime(old, (time.time(), time.time() - 31 * 3600))
    watched = alerted(site, alerts={"backups": old.parent, "to": [OPERATOR]})
    relay.script = lambda verb, _: "451 4.3.0 later" if verb == "RCPT" else None
    refused = await alerting.look(watched, now=clock.now())
    relay.script = lambda _verb, _line: None

    assert not refused
    assert await alerting.look(watched, now=clock.now())
    assert "error, backup: the newest backup is 31 hours old" in str(
        mails(relay)[0].get_content()
    )


@ON_SQLITE
async def test_a_store_that_is_away_is_mailed(site: Site, relay: Relay) -> None:
    (site.root / "mailer.db").write_bytes(b"this is no store" * 1000)

    assert await alerting.look(alerted(site), now=clock.now())
    assert "error, store:" in str(mails(relay)[0].get_content())


@pytest.mark.prove
@ON_SQLITE
async def test_the_ticker_and_the_service_send_alerts_and_end(
    site: Site, relay: Relay
) -> None:
    values = {("alerts", "to"): [OPERATOR], ("alerts", "backups"): "none-yet"}
    (site.root / "none-yet").mkdir()
    edit_toml(site.root / "config.toml", values)
    for command in ("serve", "tick"):
        (site.root / alerting.FILE).unlink(missing_ok=True)
        relay.accepted.clear()
        async with started(site, command) as process:
            await lines.until(process, "alert.sent")
            process.terminate()
            await process.communicate()

        assert process.returncode == 0
        assert "none-yet has no backup" in str(mails(relay)[0].get_content())


@ON_SQLITE
def test_a_relay_for_alerts_that_does_not_exist_is_refused(folder: Path) -> None:
    edit_toml(folder / "config.toml", {("alerts", "relay"): "spare"})

    with pytest.raises(Exception, match=r"alerts\.relay: found 'spare'"):
        loading.load(folder / "config.toml")
