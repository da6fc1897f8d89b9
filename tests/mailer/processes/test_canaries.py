"""A campaign with every kind of trouble: no log, error or page has what is secret.

The canaries are the addresses of all readers, the tokens of their links and
return-paths, the keys of the site, and the password of a store.
"""

from pathlib import Path

import httpx
import pytest

from mailer.links import Signed
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, lines, readers
from tools.peers.postgres import free_port
from tools.peers.relay import Relay

PASSWORD = "canarypassword7"
BROKEN = "multipart/form-data; boundary=x; charset=nope"


class Refusing:
    """A relay that repeats return-paths and addresses in what it refuses."""

    def __init__(self) -> None:
        self.refused = 0

    def __call__(self, verb: str, line: str) -> str | None:
        """Refuse for a while, and one reader for good."""
        if verb == "MAIL" and self.refused < 9:
            self.refused += 1
            return f"421 4.3.2 {line} <{readers.ED}> later"
        if verb == "RCPT" and readers.ED in line:
            return f"550 5.1.1 {readers.ED} is unknown, see https://a.example/?a={line}"
        return None


async def visit(url: str, links: dict[str, Signed]) -> dict[str, str]:
    """Open and post to the pages of each reader, well and badly; return the texts."""
    found = {}
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        for address, link in links.items():
            for path in (
                f"/u/{link.unsubscribe}",
                f"/p/{link.preferences}",
                f"/c/{link.confirm}",
                f"/u/{link.unsubscribe[:-1]}",
                f"/x/{link.preferences}?address={address}",
            ):
                got = await client.get(path)
                headers = {"Content-Type": BROKEN}
                posted = await client.post(path, content=address, headers=headers)
                found[f"{address} {path}"] = got.text + posted.text
        await client.get("/static/style.css%00")
    return found


async def faults(site: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what commands print that fail while they hold a canary."""
    monkeypatch.setenv(
        "MAILER_STORE__URL",
        f"postgresql://liaison:{PASSWORD}@127.0.0.1:{free_port()}/liaison",
    )
    printed = b""
    for command in ("topics list", "work --until-idle", "tick --once"):
        process = await delivering.process(site, *command.split())
        printed += b"".join(await process.communicate())
        assert process.returncode == 1, printed
    return printed.decode()


def secrets_of(site: Site, links: dict[str, Signed]) -> list[str]:
    """Return all canaries."""
    found = [*links, PASSWORD]
    for link in links.values():
        found += [link.unsubscribe, link.preferences, link.confirm, link.return_path]
    for path in (site.root / "secrets").glob("*.key"):
        found.append(path.read_text(encoding="utf-8").strip())
    return found


@pytest.mark.prove
async def test_no_log_error_or_page_has_a_canary(
    site: Site, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    edit_toml(site.root / "config.toml", {("web", "port"): port, ("site", "url"): url})
    edit_toml(site.root / "config.toml", {("delivery", "retry_minutes"): [0.001]})
    relay.script = Refusing()
    number = await campaigning.released(site, tmp_path)
    ledger = await campaigning.ledger(site, number)
    links = {each: await readers.signed_of(site, row) for each, row in ledger.items()}
    process = await delivering.process(site, "serve")
    log = await lines.until(process, "campaign.finished")
    pages = await visit(url, links)
    process.terminate()
    stdout, stderr = await process.communicate()
    log += lines.read(stderr)
    printed = await faults(site, monkeypatch)
    text = str(log).lower() + printed.lower()

    assert (process.returncode, stdout) == (0, b"")
    assert {"relay.refuses", "relay.back"} <= set(lines.events(log))
    assert "<…>" in text
    assert [each for each in secrets_of(site, links) if each.lower() in text] == []
    for visited, shown in pages.items():
        assert [each for each in links if each not in visited and each in shown] == []
