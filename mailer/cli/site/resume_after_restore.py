"""`mailer resume-after-restore`: decide what a restored site sends."""

import sys
from dataclasses import asdict
from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, by_option, with_site
from mailer.errors import counted
from mailer.maintenance import resuming
from mailer.maintenance.resuming import Lost
from mailer.sites.site import Site


@click.command(
    epilog="Example: mailer resume-after-restore --postfix-log /var/log/mail.log --hold"
)
@click.option(
    "--postfix-log",
    "logs",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The relay's log since the backup; repeat it for several, oldest first.",
)
@click.option(
    "--send/--hold",
    "send",
    default=None,
    help="Send what the log does not show as sent, or hold it (the default).",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@by_option
@as_json
@with_site
async def command(
    site: Site,
    logs: tuple[Path, ...],
    send: bool | None,
    yes: bool,
    by: str,
    as_json: bool,
) -> None:
    """Show what was due since the backup, and let messages leave the site again.

    What the log shows as taken by the relay counts as accepted. Held campaigns are
    paused; those whose time has passed expire, for a person to decide.
    """
    lost = await resuming.lost(site, now=clock.now())
    if not as_json:
        _show(lost)
    asks = sys.stdin.isatty() and not yes
    if send is None:
        send = asks and click.confirm("Send what may not have left yet?", err=True)
    if asks:
        click.confirm("Let messages leave this site again?", abort=True, err=True)
    accepted = await resuming.resume(site, logs=logs, send=send, by=by, now=clock.now())
    rest = "sent" if send else "held"
    if as_json:
        shown = asdict(lost) | {"accepted": accepted, "rest": rest}
        shown["restored_at"] = lost.restored_at.isoformat()
        for each in shown["campaigns"]:
            each["at"] = each["at"].isoformat() if each["at"] else None
        output.json_document(shown)
    else:
        left = counted(accepted, "message")
        output.line(f"left before, by the log: {left}; the rest is {rest}")


def _show(lost: Lost) -> None:
    output.table(
        "Campaigns that may have left since the backup",
        ("id", "name", "state", "at", "messages"),
        [
            (each.id, each.name, each.state, each.at, each.open)
            for each in lost.campaigns
        ],
    )
    output.table(
        "Slots without a campaign", ("slot",), [(each,) for each in lost.slots]
    )
