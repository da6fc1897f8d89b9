"""`mailer doctor`: the faults of a site, and what to do about them."""

from dataclasses import asdict
from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, complete
from mailer.doctor import examine
from mailer.doctor.finding import Grade


@click.command(epilog="Example: mailer doctor --json")
@click.option(
    "--try-logins", is_flag=True, help="Try logins again that a relay refused."
)
@as_json
@click.pass_obj
def command(config: Path, try_logins: bool, as_json: bool) -> int | None:
    """Check settings, secrets, disk, store, clock, relays, signing and the DNS.

    Nothing is changed and no message is sent. The exit code is 1 if there is an error.
    """
    return complete(_run(config, try_logins=try_logins, as_json=as_json))


async def _run(config: Path, *, try_logins: bool, as_json: bool) -> int:
    findings = await examine.examine(config, now=clock.now(), try_logins=try_logins)
    failed = any(each.level is Grade.ERROR for each in findings)
    if as_json:
        shown = [asdict(each) for each in findings]
        output.json_document({"ok": not failed, "findings": shown})
    else:
        for each in findings:
            remedy = f" → {each.remedy}" if each.remedy else ""
            output.line(f"{each.level:<8} {each.about}: {each.sentence}{remedy}")
    return 1 if failed else 0
