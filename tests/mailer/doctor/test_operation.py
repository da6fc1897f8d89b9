"""The checks of a site in operation: certificate, backups, and `doctor --watch`."""

import asyncio
import json
import os
import re
import signal
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from mailer import clock
from mailer.doctor import operation
from mailer.doctor.finding import Finding, Grade
from mailer.settings.sections import AlertSettings
from mailer.sites.site import Site
from tests.acts import delivering

NOW = datetime.now(UTC)


async def checked(*, days: float, trusted: bool = True) -> list[Finding]:
    """Check pages on loopback whose certificate is valid for so many days."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", not_after=NOW + timedelta(days=days))
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issued.configure_cert(serving)
    trusting = ssl.create_default_context()
    if trusted:
        authority.configure_trust(trusting)
    server = await asyncio.start_server(
        lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=serving
    )
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"https://127.0.0.1:{port}/path"
        return await operation.certificate(url, now=NOW, context=trusting)


@pytest.mark.parametrize(
    ("days", "level"), [(60, Grade.OK), (10, Grade.WARNING), (2, Grade.ERROR)]
)
async def test_a_certificate_that_ends_soon_is_found(days: int, level: Grade) -> None:
    (found,) = await checked(days=days)

    assert found.level is level
    assert f"{NOW + timedelta(days=days):%Y-%m-%d}" in found.sentence


async def test_a_certificate_that_is_not_trusted_is_an_error() -> None:
    (found,) = await checked(days=60, trusted=False)

    assert found.level is Grade.ERROR
    assert "is not valid" in found.sentence


async def test_pages_that_are_not_reached_from_here_are_a_note() -> None:
    (found,) = await operation.certificate("https://127.0.0.1:1", now=NOW)

    assert found.level is Grade.NOTE
    assert await operation.certificate("http://127.0.0.1:1", now=NOW) == []


def test_the_age_of_the_newest_backup_is_checked(tmp_path: Path) -> None:
    alerts = AlertSettings(backups=tmp_path, backup_hours=30)
    (none,) = operation.backup(alerts, tmp_path, now=clock.now())
    for name, hours in (("a", 50), ("b", 29)):
        path = tmp_path / f"{name}.tar.gz"
        path.touch()
        os.utime(path, (time.time(), time.time() - hours * 3600))
    (fresh,) = operation.backup(alerts, tmp_path, now=clock.now())
    later = clock.now() + timedelta(hours=2)
    (old,) = operation.backup(alerts, tmp_path, now=later)
    (away,) = operation.backup(
        AlertSettings(backups=tmp_path / "b.tar.gz" / "x"), tmp_path, now=later
    )

    assert (none.level, fresh.level) == (Grade.ERROR, Grade.OK)
    assert (old.level, old.sentence) == (
        Grade.ERROR,
        "the newest backup is 31 hours old",
    )
    assert away.level is Grade.ERROR
    assert away.sentence.endswith("x is no folder")
    assert operation.backup(AlertSettings(), tmp_path, now=later) == []


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_watch_shows_all_and_then_what_changes(site: Site) -> None:
    watch = ("doctor", "--watch", "--every", "0.2", "--json")
    process = await delivering.process(site, *watch)
    assert process.stdout is not None
    seen: list[dict[str, str]] = []
    while not seen or seen[-1]["about"] != "signing":  # the last of the first look
        seen.append(json.loads(await process.stdout.readline()))
    site.root.chmod(0o755)
    changed = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
    while changed["about"] != "files":
        changed = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
    process.send_signal(signal.SIGINT)
    _, stderr = await process.communicate()

    shown = await delivering.process(site, *watch[:-1])
    assert shown.stdout is not None
    first = (await shown.stdout.readline()).decode()
    shown.send_signal(signal.SIGINT)
    await shown.communicate()

    assert re.match(r"\d\d:\d\d:\d\d CES?T ok", first), first  # the zone of the site
    assert {"configuration", "store", "relay"} <= {each["about"] for each in seen}
    assert (changed["level"], set(changed)) == (
        "error",
        {"at", "about", "level", "sentence", "remedy"},
    )
    assert b"the watch has ended" in stderr
