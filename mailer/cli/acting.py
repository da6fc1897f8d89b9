"""Who does what a command does: a user of the site, at an account of the machine."""

import os
import pwd
import sys

import click
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import writing
from mailer.errors import NotFoundError, RefusedError
from mailer.sites.site import Site
from mailer.store import identity, key_check
from mailer.users import guard
from mailer.users.models import User


async def user(site: Site, by: str | None) -> str:
    """Return the user who acts: `by`, or else the account of this machine.

    The account is recorded with each act on a campaign. Raises NotFoundError if there
    is no such user, ConfigError if the address key is not the one of the store,
    RefusedError if the store was moved.
    """
    account = machine_account()
    writing.account.set(account)
    async with site.database.reading() as session:
        await _check_store(session, site)
        if by is not None:
            return _active(await guard.named(session, by))
        known = await guard.find(session, account)
        others = known is None and await guard.listed(session)
    if known is not None:
        return _active(known)
    if not others:
        raise NotFoundError("this site has no users", code="user.none", user=account)
    raise NotFoundError(
        f"the account {account} is not a user of this site; name the user with --by",
        code="user.unnamed",
        user=account,
    )


async def operator(site: Site, by: str | None) -> str:
    """Return the user who acts, or that the machine's account does, if it is no user.

    It is for acts on the machine that must not wait for `users add`. Raises as `user`.
    """
    if by is None:
        account = machine_account()
        writing.account.set(account)
        async with site.database.reading() as session:
            await _check_store(session, site)
            if await guard.find(session, account) is None:
                return guard.MACHINE
    return await user(site, by)


async def _check_store(session: AsyncSession, site: Site) -> None:
    """Raise unless the store is here, and has this address key."""
    known = await identity.read(session)
    known.require_here()
    key_check.refuse_other_key(known.address_check, site.address_key)


def _active(user: User) -> str:
    """Return the name of a user; raise RefusedError if they are disabled."""
    if user.disabled_at is not None:
        raise RefusedError(
            f"{user.name} is disabled since {user.disabled_at:%Y-%m-%d}, and does"
            " nothing",
            code="user.disabled",
            user=user.name,
        )
    return user.name


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
