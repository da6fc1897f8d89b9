"""A site in order is found in order, on either store."""

from mailer import site as sites
from mailer.doctor import examine
from mailer.doctor.finding import Finding, Level
from mailer.site import Site
from tests.relay import Relay


def about(found: list[Finding], thing: str) -> Finding:
    return next(each for each in found if each.about == thing)


async def looked(site: Site) -> list[Finding]:
    return await examine.examine(site.root / "config.toml", now=sites.now())


async def test_a_site_in_order_has_no_error(site: Site, relay: Relay) -> None:
    relay.extensions += ("PIPELINING",)
    found = await looked(site)
    wrong = [each for each in found if each.level is Level.ERROR]

    assert wrong == []
    assert about(found, "relay").sentence.endswith(
        "PIPELINING, 8BITMIME, SIZE 10,000,000"
    )
    assert about(found, "names").level is Level.NOTE
