"""Moves a site to the other kind of store, as the command does."""

import os

import pytest

from mailer import clock
from mailer.maintenance.moving import move
from mailer.maintenance.moving.move import StoreMove
from mailer.sites.site import Site
from tools.peers.postgres import Cluster


def other(site: Site, request: pytest.FixtureRequest) -> str:
    """Return the address of an empty store of the other kind."""
    if not site.database.is_sqlite:
        return f"sqlite:///moved-{os.urandom(4).hex()}.db"
    running: Cluster = request.getfixturevalue("cluster")
    return running.create(f"moved_{os.urandom(4).hex()}")


async def moved(site: Site, to: str) -> StoreMove:
    """Move a site."""
    return await move.move(
        site, to, now=clock.now(), progress=lambda _act, _done, _total: None
    )
