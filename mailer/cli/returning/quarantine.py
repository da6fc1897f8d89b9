"""`mailer feedback quarantine`: mails that are not believed, for a person to decide."""

from datetime import datetime
from typing import Any

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import WholeNumber, as_json, as_json_lines, by_option, with_site
from mailer.feedback.arrivals import taking
from mailer.feedback.belief import quarantine
from mailer.feedback.belief.arrival import unpacked
from mailer.feedback.models import FeedbackMail
from mailer.sites.site import Site

LARGEST = WholeNumber(1, 2**63 - 1)  # the number of a row that may be many


@click.group("quarantine")
def command() -> None:
    """List, show, release and discard mails that are not believed or not understood."""


@command.command("list", epilog="Example: mailer feedback quarantine list --json-lines")
@click.option("--after", type=LARGEST, default=None, help="Begin after this number.")
@as_json_lines
@with_site
async def list_(site: Site, after: int | None, as_json: bool) -> None:
    """List the quarantined mails, oldest first, 200 at most."""
    async with site.database.reading() as session:
        found = await quarantine.listed(session, after=after or 0)
        total = await quarantine.count(session)
    if as_json:
        for each in found:
            output.json_line(shown(each))
        return
    columns = ("id", "seen", "kind", "from", "subject", "why")
    rows = [
        (each.id, each.seen_at, each.kind, each.sender, each.subject, each.why)
        for each in found
    ]
    output.table("Quarantined", columns, rows)
    if total > len(found):
        last = found[-1].id if found else 0
        output.say(f"{len(found):,} of {total:,}; --after {last} goes on")


@command.command(epilog="Example: mailer feedback quarantine show 3")
@click.argument("number", type=LARGEST)
@click.option("--raw", is_flag=True, help="Print the mail as it came, up to 1 MB.")
@as_json
@with_site
async def show(site: Site, number: int, raw: bool, as_json: bool) -> None:
    """Show one mail that came back: what it says, and why it is not believed."""
    async with site.database.reading() as session:
        mail = await quarantine.get(session, number)
    if raw:
        output.octets(unpacked(mail.octets))
    elif as_json:
        output.json_document(shown(mail))
    else:
        for name, value in shown(mail).items():
            if value not in {None, ""} and name != "text":
                output.line(f"{name}: {value}")
        output.line("")
        for line in mail.text.splitlines():
            output.line(line)


@command.command(epilog="Example: mailer feedback quarantine release 3 --message 17")
@click.argument("number", type=LARGEST)
@click.option(
    "--message",
    "message_number",
    type=LARGEST,
    required=True,
    help="The message it is about; `mailer messages list` shows its number.",
)
@by_option
@as_json
@with_site
async def release(
    site: Site, number: int, message_number: int, by: str, as_json: bool
) -> None:
    """Believe a bounce or complaint, about a message that you name."""
    decided = await taking.release(site, number, message_number, by=by, now=clock.now())
    suppressed = len(decided.suppressed)
    output.done(
        {"id": number, "message": message_number, "suppressed": suppressed},
        f"mail {number} is believed about message {message_number};"
        f" {suppressed} suppressed",
        as_json=as_json,
    )


@command.command(epilog="Example: mailer feedback quarantine discard 3")
@click.argument("numbers", type=LARGEST, nargs=-1, required=True)
@by_option
@as_json
@with_site
async def discard(site: Site, numbers: tuple[int, ...], by: str, as_json: bool) -> None:
    """Discard quarantined mails; they change nothing, and their text goes with time."""
    async with site.database.writing() as session:
        for each in numbers:
            await quarantine.discard(session, each, by=by, now=clock.now())
    said = f"discarded: {', '.join(map(str, numbers))}"
    output.done({"ids": list(numbers)}, said, as_json=as_json)


def shown(mail: FeedbackMail) -> dict[str, Any]:
    """Return a mail that came back as JSON; scripts depend on its keys."""

    def instant(moment: datetime | None) -> str | None:
        return moment.isoformat(timespec="seconds") if moment else None

    return {
        "id": mail.id,
        "seen_at": instant(mail.seen_at),
        "way": mail.way,
        "kind": mail.kind,
        "standing": mail.standing,
        "why": mail.why,
        "campaign": mail.campaign_id,
        "message": mail.message_number,
        "evidence": mail.evidence,
        "status": mail.status,
        "permanence": mail.permanence,
        "reason": mail.reason,
        "decision": mail.decision,
        "from": mail.sender,
        "subject": mail.subject,
        "settled_by": mail.settled_by,
        "settled_at": instant(mail.settled_at),
        "text": mail.text,
    }
