"""Every link that a page shows leads to a page that its user may open."""

import re
from html import unescape
from pathlib import Path

import pytest

from mailer.sites.site import Site
from mailer.users.roles import UserRole
from tests.acts import campaigning, delivering
from tests.acts.console import Visitor, add_user, visitor
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]
LINK = re.compile(r'<a [^>]*href="(/console[^"#]*)')
MOST = 1  # pages of one kind, such as the contacts of a list


async def refused(one: Visitor) -> list[str]:
    """Follow links from the first page; return those that lead nowhere, with whence."""
    found, seen, kinds = [], {""}, dict[str, int]()
    waiting = [("", "")]
    while waiting:
        path, whence = waiting.pop()
        answer = await one.get(path)
        if answer.status_code >= 400:
            found.append(f"{answer.status_code} {whence} → {path}")
        for each in LINK.findall(answer.text):
            link = unescape(each).removeprefix("/console")
            kind = re.sub(r"\d+|=[^&]*|contacts/[^/]+|[a-f0-9]{12,}", "#", link)
            if link not in seen and kinds.get(kind, 0) < MOST:
                seen.add(link)
                kinds[kind] = kinds.get(kind, 0) + 1
                waiting.append((link, path))
    return found


@pytest.mark.parametrize("role", list(UserRole))
async def test_no_page_shows_a_link_that_its_user_may_not_open(
    site: Site, relay: Relay, tmp_path: Path, role: UserRole
) -> None:
    await add_user(site, "lea", role)
    await campaigning.add(site, campaigning.write(tmp_path))
    await campaigning.released(site, tmp_path)
    await delivering.work(site)
    async with serving(site) as pages:
        assert await refused(await visitor(site, pages, "lea")) == []
