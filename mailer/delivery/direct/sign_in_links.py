"""Mails a link to sign in to a user who asked for one on the page."""

from datetime import datetime

import structlog

from mailer.delivery.direct import notices
from mailer.delivery.direct.notices import UserNotice
from mailer.outbox.message_states import MessageState
from mailer.signin import invitations, one_time
from mailer.sites.site import Site
from mailer.users import guard
from mailer.users.models import User

log = structlog.get_logger()


async def mail(site: Site, text: str, *, browser: str, now: datetime) -> None:
    """Mail a link to each user with a name or address; it works in one browser only.

    Without such a user, an address, or after too many links within the hour, nothing is
    mailed, and the log says why. A relay that does not take it is logged, too.
    """
    async with site.database.reading() as session:
        found = await guard.called(session, text)
    for user in found:
        await _mail(site, user, browser=browser, now=now)
    if not found:
        log.info("signin.link_not_mailed", reason="no user is called this")


async def _mail(site: Site, user: User, *, browser: str, now: datetime) -> None:
    if not user.address:
        reason = "the user has no address"
        log.warning("signin.link_not_mailed", user=user.name, reason=reason)
        return
    async with site.database.writing() as session:
        if not await one_time.may_be_mailed(session, user.name, now=now):
            reason = f"the user got {one_time.MAILED} links within an hour"
            log.warning("signin.link_not_mailed", user=user.name, reason=reason)
            return
        token = await one_time.make(
            session, user.name, by=user.name, now=now, browser=browser
        )
    notice = _notice(site, user, invitations.address_of(site, token))
    state, reply = await notices.send(site, user, notice, now=now)
    if state is not MessageState.ACCEPTED:
        log.warning("signin.link_not_mailed", user=user.name, reason=reply)


def _notice(site: Site, user: User, link: str) -> UserNotice:
    catalogue = notices.catalogue_of(site, user)
    return UserNotice(
        subject=catalogue.text("Your link to sign in"),
        preheader=catalogue.text("It works once, within 15 minutes."),
        text=catalogue.text(
            "Somebody asked on the sign-in page for a link for you. If it was you, open"
            " it within 15 minutes, in the same browser. If it was not, do nothing: the"
            " link works in no other browser."
        ),
        label=catalogue.text("Sign in"),
        link=link,
    )
