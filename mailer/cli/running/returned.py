"""`mailer feedback read` and `listen`: take in what came back."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import rich_click as click

from audiences.errors import CodedError
from mailer import clock
from mailer.cli import output
from mailer.cli.command import WholeNumber, as_json, with_site
from mailer.cli.running.logging_option import log_option
from mailer.errors import RefusedError, counted
from mailer.feedback.arrivals import maildir, reading, taking
from mailer.feedback.belief.arrival import Arrival
from mailer.feedback.belief.deciding import Decided
from mailer.feedback.belief.recording import Recorded
from mailer.feedback.lost import sending_on
from mailer.feedback.lost.noticing import Noticed
from mailer.feedback.mime import MAX_BYTES
from mailer.processes import logs, returning
from mailer.sites.site import Site

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the mail


@click.command(
    epilog="Example: cat mail | mailer feedback read - --recipient r-0a@return.example"
)
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option(
    "--recipient",
    envvar=["ORIGINAL_RECIPIENT", "RECIPIENT"],
    help="For whom the mail server took the mail on stdin; Postfix says it itself.",
)
@click.option("--replies", is_flag=True, help="SOURCE has answers from readers.")
@as_json
def read(
    source: Path | None, recipient: str | None, replies: bool, as_json: bool
) -> int | None:
    """Take in what came back, and change the ledger and suppressions as it proves.

    SOURCE is a Maildir, or - for one mail on stdin; without it, the places of the
    settings are read. From stdin the command ends with 75 if the mail is not stored, so
    that the mail server keeps it and tries again.
    """
    if source != Path("-"):
        return _places(source=source, replies=replies, as_json=as_json)
    try:
        return _pipe(recipient=recipient, replies=replies, as_json=as_json)
    except Exception as fault:  # noqa: BLE001 (whatever it is, the mail must not be lost)
        reason = str(fault) if isinstance(fault, CodedError) else type(fault).__name__
        output.refuse(f"the mail is not stored, try again: {reason}")
        return TRY_AGAIN


@with_site
async def _pipe(
    site: Site, recipient: str | None, replies: bool, as_json: bool
) -> None:
    octets = sys.stdin.buffer.read(MAX_BYTES)
    arrival = Arrival(
        octets=octets, way="pipe", recipient=recipient, of_replies=replies
    )
    recorded = await taking.take(site, [arrival], now=clock.now())
    decided = await taking.decide(site, now=clock.now())
    if as_json:  # a mail server would send what is printed back to the sender
        output.json_document(_document(recorded, decided, Noticed()))


@with_site
async def _places(
    site: Site, source: Path | None, replies: bool, as_json: bool
) -> None:
    now = clock.now()
    if source is not None:
        recorded = await maildir.read(site, source, of_replies=replies, now=now)
    else:
        recorded = await reading.once(site, now=now)
    decided = await taking.decide(site, now=now)
    healed = await sending_on.heal(site, now=now)
    _show(recorded, decided, healed, as_json=as_json)


def _show(
    recorded: Recorded, decided: Decided, healed: Noticed, *, as_json: bool
) -> None:
    if as_json:
        output.json_document(_document(recorded, decided, healed))
        return
    output.line(
        f"{_in_words(recorded.kinds)}; {recorded.quarantined:,} quarantined,"
        f" {recorded.known:,} read before"
    )
    suppressed = len(decided.suppressed) + len(recorded.complained)
    output.line(
        f"{suppressed:,} suppressed, {decided.probed:,} get one more letter,"
        f" {decided.ours:,} came back by a fault of ours"
    )
    if healed.lost or healed.returned:
        output.line(
            f"{counted(healed.lost, 'contact')} lost, {healed.returned:,} back;"
            " `mailer tasks list` lists them"
        )
    if recorded.quarantined:
        output.say("`mailer feedback quarantine list` lists what is quarantined")


def _document(recorded: Recorded, decided: Decided, healed: Noticed) -> dict[str, Any]:
    """Return what was taken in and what followed; scripts depend on the keys."""
    return {
        "taken": dict(recorded.kinds),
        "quarantined": recorded.quarantined,
        "known": recorded.known,
        "suppressed": len(decided.suppressed) + len(recorded.complained),
        "probed": decided.probed,
        "ours": decided.ours,
        "lost": healed.lost,
        "back": healed.returned,
    }


def _in_words(kinds: Mapping[str, int]) -> str:
    """Return the number of each kind: 12 bounce, 1 complaint."""
    named = [f"{number:,} {kind}" for kind, number in sorted(kinds.items())]
    return ", ".join(named) or "nothing new"


@click.command(epilog="Example: mailer feedback listen --port 2424")
@click.option("--port", type=WholeNumber(1, 65535), help="Another port to listen on.")
@log_option
@with_site
async def listen(site: Site, port: int | None) -> None:
    """Take returned mail by LMTP or SMTP, and read the folders, until stopped.

    `mailer serve` does the same. Only mail for our return-paths and the unit is taken.
    """
    given = site.settings.feedback
    if port is not None:
        given = given.model_copy(update={"listen_port": port})
        settings = site.settings.model_copy(update={"feedback": given})
        site = replace(site, settings=settings)
    if not given.listen_port:
        raise RefusedError("no port is set; set feedback.listen_port, or give --port")
    about = f"{given.listen_protocol} at {given.listen_host}:{given.listen_port}"
    with logs.life(f"{about}; stop with Ctrl-C"):
        await returning.run(site)
