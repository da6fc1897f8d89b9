"""Opt-outs of the site's file, as tests write and look at them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from audiences.contacts import Contact, find
from mailer import clock
from mailer.links import Purpose, Signed
from mailer.readers import optouts
from mailer.readers.optouts import OptOut, Wish
from mailer.sites.site import Site
from tests.acts import readers
from tests.acts.readers import ED, TOPIC


def leaving(site: Site, link: Signed, **values: Any) -> OptOut:
    """Return the opt-out of a link's reader, a second old."""
    stamp = site.signer.stamp(link.unsubscribe, Purpose.UNSUBSCRIBE)
    opt_out = optouts.of_link(
        stamp,
        at=clock.now() - timedelta(seconds=1),
        kind=Wish.LEAVE,
        by="one-click",
    )
    return replace(opt_out, **values)


async def contact(site: Site, address: str = ED) -> Contact:
    async with site.database.reading() as session:
        return await find(session, address, key=site.address_key)


async def standing(site: Site, address: str = ED) -> str:
    return (await readers.standings(site, address))[TOPIC]
