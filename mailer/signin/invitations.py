"""Links to the console for people who cannot sign in yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import writing
from mailer.errors import RefusedError
from mailer.signin import one_time
from mailer.sites.site import Site
from mailer.users import guard
from mailer.users.acts import Right
from mailer.users.rights import able

PATH = "/console/sign-in/"


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitationLink:
    """A link that signs a user in once."""

    user: str
    url: str
    ends_at: datetime


async def invite(
    session: AsyncSession, site: Site, name: str, *, by: str, now: datetime
) -> InvitationLink:
    """Make a link for a user, which lasts seven days; an earlier one ends.

    Raises RefusedError unless `by` may change users.
    """
    await guard.require(session, by, Right.USERS)
    return await _made(
        session, site, name, by=by, now=now, lasts=one_time.INVITATION_LASTS
    )


async def of_first_admin(
    session: AsyncSession, site: Site, *, now: datetime
) -> InvitationLink:
    """Make a link for the first administrator, who starts the pages on this machine.

    Raises RefusedError where the pages listen to other machines, and where the site has
    no administrator.
    """
    host = site.settings.web.host
    if host != "localhost" and not _is_loopback(host):
        raise RefusedError(
            f"the pages listen at {host}, to other machines too; ask an administrator"
            " for a link: mailer users invite NAME --by ADMIN"
        )
    admins = [each for each in await guard.listed(session) if able(each, Right.USERS)]
    if not admins:
        raise RefusedError(
            "no user of this site is an administrator; add one: mailer users add NAME"
            " --role admin"
        )
    first = min(admins, key=lambda each: (each.added_at, each.name))
    return await _made(
        session, site, first.name, by=first.name, now=now, lasts=one_time.LASTS
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _made(
    session: AsyncSession,
    site: Site,
    name: str,
    *,
    by: str,
    now: datetime,
    lasts: timedelta,
) -> InvitationLink:
    await one_time.end_all(session, name, now=now, invitations_only=True)
    token = await one_time.make(session, name, by=by, now=now, lasts=lasts)
    writing.note(session, "invited", f"user {name}", by=by, at=now)
    return InvitationLink(user=name, url=address_of(site, token), ends_at=now + lasts)


def address_of(site: Site, token: str) -> str:
    """Return the address of the page that a link leads to."""
    return f"{site.settings.site.url.rstrip('/')}{PATH}{token}"
