"""Checks that no letter leaves with example names, for a site that is no demonstration.

In a demonstration links are remarked on, but for those under .example, as its names
are; the doctor lists its settings.
"""

from collections.abc import Iterator
from datetime import datetime

from mailer.campaigns.models import Campaign
from mailer.campaigns.variants.letters import Content
from mailer.errors import RefusedError
from mailer.rendering.allowed import letters
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.source import Letter
from mailer.settings import real_names
from mailer.sites.site import Site

WHERE = "config.toml"


def check(site: Site, content: Content, *, now: datetime) -> Iterator[Problem]:
    """Yield the problems of the settings, the signature and the date of a letter."""
    if site.settings.dkim.unsigned and not site.settings.site.demo:
        what = "letters are not signed with DKIM; many receivers refuse such letters"
        yield problem.warning("", f"{WHERE}, dkim", what, code="dkim.none")
    yield from _settings(site, content)
    yield from _date(content.campaign, now=now)


def _settings(site: Site, content: Content) -> Iterator[Problem]:
    """Refuse the settings that a new site has, and those that a letter lacks."""
    default = site.settings.languages.default
    if default not in site.catalogues:
        what = f"languages.default: found {default}; expected a language with a"
        yield problem.error("", WHERE, f"{what} catalogue in templates/locale")
    if site.settings.site.demo:
        return
    for each in real_names.faults(site.settings):
        yield problem.error("", WHERE, f"{each}; set the real one")
    for language in content.translations:
        if not site.sender_name(language).strip():
            what = "site.name and sender.names are empty; readers must see who writes"
            yield problem.error(language, WHERE, what)
        if not site.postal(language).strip():
            what = "sender.postal has no postal address for the foot of the letter"
            yield problem.error(language, WHERE, what)


def _date(campaign: Campaign, *, now: datetime) -> Iterator[Problem]:
    """Warn of a date on the letter before the day on which it goes."""
    goes = max(now, campaign.at or now)
    if _is_past(campaign, goes):
        what = f"the letter is dated {campaign.day}, which is before {goes:%Y-%m-%d}"
        where = "campaign.toml, date"
        yield problem.warning("", where, what, code="date.past", timed=True)


def require_date(site: Site, campaign: Campaign, *, now: datetime) -> None:
    """Raise RefusedError if the letter's date has passed; not in a demonstration."""
    for each in _date(campaign, now=now):
        if not site.settings.site.demo:
            raise RefusedError(f"{each.where}: {each.what}", code="date.past")


def _is_past(campaign: Campaign, goes: datetime) -> bool:
    # at this instant, an earlier day may still last somewhere
    return (goes.date() - campaign.day).days > 1


def links(
    site: Site, content: Content, letter: Letter, reported: set[str]
) -> Iterator[Problem]:
    """Refuse links and buttons that lead to no real page or mailbox; each once.

    `reported` has the addresses already found, and gets the new ones. The addresses of
    the settings are checked there.
    """
    demo = site.settings.site.demo
    severity = problem.warning if demo else problem.error
    sender = site.settings.sender
    own = {sender.address, sender.reply_to, site.settings.mail.leave_mailbox}
    for address in letters.addresses(letter.html):
        ours = address.startswith(site.settings.site.url)
        ours = ours or (demo and real_names.is_invented(address))
        if ours or address in reported or _mailbox(address) in own:
            continue
        reported.add(address)
        if reason := real_names.unreachable(address):
            where = _place(content, letter.language, address)
            what = f"the link {address[:60]!r} leads nowhere: {reason}"
            yield severity(letter.language, where, what)


def _mailbox(address: str) -> str:
    return address.removeprefix("mailto:").partition("?")[0]


def _place(content: Content, language: str, address: str) -> str:
    """Return the file and line of an address in the text of a language."""
    text = content.translations.get(language)
    for block in text.blocks if text is not None else ():
        for number, line in enumerate(block.text.split("\n")):
            if address.removeprefix("mailto:") in line:
                return block.line(number)
        if any(address in value for value in block.fields.values()):
            return block.where
    return "letter"
