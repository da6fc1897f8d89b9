"""Checks what a site needs besides settings: users, templates, what reads returns."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from mailer.doctor.finding import Finding, error, note, ok, warning
from mailer.errors import ConfigError, ContentError, StoreError
from mailer.rendering import letter_types
from mailer.settings.sections import Settings
from mailer.sites.site import Site
from mailer.store import identity, key_check
from mailer.users import rights
from mailer.users.acts import Right
from mailer.users.models import User
from mailer.users.rights import Subject
from mailer.users.roles import UserRole


async def examine(site: Site) -> list[Finding]:
    """Return the findings on users, templates, address key and what comes back.

    Where the store cannot be read, its own check says so.
    """
    return [
        *_templates(site),
        *(await _address_key(site)),
        *(await _users(site)),
        *_reading(site.settings),
        *_limits(site.settings),
        *_alerts(site.settings),
    ]


def _templates(site: Site) -> list[Finding]:
    """Check that each letter type can be read."""
    remedy = "correct it, or copy templates/ from a backup"
    try:
        letter_types.block_types(site.templates)
        classes = letter_types.classes(site.templates)
    except ContentError as fault:
        return [error("templates", str(fault), remedy)]
    if not classes:
        sentence = f"{site.templates_folder} has no letter type"
        return [error("templates", sentence, "copy templates/ from a backup")]
    return [ok("templates", "each letter type can be read")]


async def _address_key(site: Site) -> list[Finding]:
    """Check that the fingerprints of the store are made with the site's key."""
    try:
        async with site.database.reading() as session:
            known = await identity.read(session)
        key_check.refuse_other_key(known.address_check, site.address_key)
    except ConfigError as fault:
        remedy = "put the key back that was in use when the store was made"
        return [error("secrets", str(fault), remedy)]
    except (StoreError, DBAPIError):
        return []
    return []


async def _users(site: Site) -> list[Finding]:
    """Check that letters of each class can be written, approved and sent."""
    try:
        async with site.database.reading() as session:
            users = (await session.scalars(select(User))).all()
        classes = sorted(letter_types.classes(site.templates))
    except (StoreError, DBAPIError, ContentError):
        return []
    remedy = "`mailer users add NAME --role ROLE` adds one, with --by ADMIN"
    if not users:
        remedy = "`mailer users add NAME --role ROLE` adds the first, who is its admin"
        return [warning("users", "this site has no user yet", remedy)]
    found = [warning("users", each, remedy) for each in _lacking(users, classes)]
    return found or [ok("users", "letters can be written, approved and sent")]


def _lacking(users: Sequence[User], classes: Sequence[str]) -> Iterator[str]:
    """Yield what no user may do."""
    able = [each for each in users if each.disabled_at is None]
    held = {
        role: {
            user.name for user in able if role in {each.role for each in user.grants}
        }
        for role in (UserRole.AUTHOR, UserRole.SENDER)
    }
    for role, names in held.items():
        if not names:
            yield f"no user has the role {role}"
    for each in classes:
        subject = Subject(letter_class=each)
        approvers = {u.name for u in able if rights.able(u, Right.APPROVE, subject)}
        if not approvers:
            yield f"no user may approve letters of the class {each}"
        elif len(approvers | held[UserRole.AUTHOR]) == 1:
            (name,) = approvers
            yield f"{name} alone writes and approves letters of the class {each}"


def _reading(settings: Settings) -> list[Finding]:
    """Check that something reads what comes back."""
    feedback = settings.feedback
    hooks = feedback.hooks.model_dump(exclude_defaults=True)
    if settings.site.demo or hooks:
        return []
    if feedback.maildir or feedback.imap.host or feedback.listen_port:
        return []
    return [
        warning(
            "returns",
            "nothing reads the mails that come back, so dead addresses stay unknown",
            "set maildir, imap or listen_port of [feedback]",
        )
    ]


def _limits(settings: Settings) -> list[Finding]:
    """Say that a setting keeps letters from most readers."""
    only = settings.mail.only_to
    if not only:
        return []
    return [
        note(
            "readers",
            f"only addresses such as {only[0]} get letters, by only_to of [mail]",
            "empty it before letters to all readers",
        )
    ]


def _alerts(settings: Settings) -> list[Finding]:
    """Say what of a real site nothing watches."""
    if settings.site.demo:
        return []
    found = []
    if not settings.alerts.to:
        sentence = "no mail tells a person of faults, as alerts.to has no address"
        found.append(note("alerts", sentence, "set it, and alerts.relay if you can"))
    if settings.alerts.backups is None:
        sentence = "the age of backups is not checked, as alerts.backups is empty"
        found.append(note("backup", sentence, "name the folder of the nightly backups"))
    return found
