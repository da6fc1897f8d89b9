"""Who does what a command does: a user of the site, at an account of the machine."""

import os
import pwd
import sys

import click

from mailer.campaigns import acts, users
from mailer.errors import NotFoundError
from mailer.sites.site import Site
from mailer.store import identity


async def user(site: Site, by: str | None) -> str:
    """Return the user who acts: `by`, or else the account of this machine.

    The account is recorded with each act on a campaign. Raises NotFoundError if there
    is no such user, ConfigError if the address key is not the one of the store,
    RefusedError if the store was moved.
    """
    account = machine_account()
    acts.account.set(account)
    async with site.database.reading() as session:
        known = await identity.read(session)
        known.require_here()
        identity.refuse_other_key(known.address_check, site.address_key)
        if by is not None:
            return (await users.named(session, by)).name
        found = await users.find(session, account)
    if found is None:
        raise NotFoundError(
            f"the account {account} is not a user of this site; name the user with"
            " --by",
            code="user.unnamed",
            user=account,
        )
    return found.name


def machine_account() -> str:
    """Return the account that runs this process; its number if it has no name."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def ask(question: str, *, yes: bool) -> bool:
    """Ask on a terminal whether to go on; return whether a person was asked.

    Raises Abort if the answer is no.
    """
    if yes or not sys.stdin.isatty():
        return False
    click.confirm(question, abort=True, err=True)
    return True
