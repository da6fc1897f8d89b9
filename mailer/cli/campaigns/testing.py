"""`mailer campaigns test`: copies for people of the unit, marked as tests."""

from dataclasses import asdict

import rich_click as click

from mailer import clock
from mailer.campaigns.review import preview, trial
from mailer.campaigns.review.preview import Pick
from mailer.campaigns.review.trial import Extent
from mailer.cli import acting, output
from mailer.cli.command import NUMBER, as_json, by_option, with_site, yes_option
from mailer.delivery import trials
from mailer.errors import counted
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site

MANY = 10  # copies; more are asked about on a terminal


@click.command(
    epilog="Example: mailer campaigns test 1 --to me@unit.int --as ad@icom.example"
)
@click.argument("campaign_id", type=NUMBER)
@click.option(
    "--to",
    "recipients",
    multiple=True,
    required=True,
    help="Your address, or a colleague's; may be repeated.",
)
@click.option("--as", "reader", help="Write it as for the reader with this address.")
@click.option("--each-language", is_flag=True, help="Send one letter in each language.")
@click.option("--each-variant", is_flag=True, help="Send every letter readers get.")
@yes_option
@by_option
@as_json
@with_site
async def test(
    site: Site,
    campaign_id: int,
    recipients: tuple[str, ...],
    reader: str | None,
    each_language: bool,
    each_variant: bool,
    yes: bool,
    by: str,
    as_json: bool,
) -> int:
    """Send copies marked as tests to people of the unit; nothing is counted.

    The relay takes them as it takes letters. Their subject begins with [TEST] in the
    letter's language, and their links do nothing. Without --as, a copy is written as
    for a reader in the campaign's default language. More than ten are asked about on a
    terminal.
    """
    pick = _pick(site, reader, each_language, each_variant)
    whom, made = await trials.make(site, campaign_id, recipients, pick)
    if len(whom) * len(made) > MANY:
        acting.ask(f"Send {counted(len(whom) * len(made), 'test')}?", yes=yes)
    sent = await trials.send(site, campaign_id, whom, made, by=by, now=clock.now())
    if as_json:
        output.json_document([asdict(each) for each in sent])
    else:
        output.table(
            "Tests",
            ("to", "language", "as", "state", "reply"),
            [
                (each.to, each.language, each.reader, _SHOWN[each.state], each.reply)
                for each in sent
            ],
        )
    return 0 if all(each.state is MessageState.ACCEPTED for each in sent) else 1


def _pick(
    site: Site, reader: str | None, each_language: bool, each_variant: bool
) -> Pick:
    """Return how the readers are picked for whom the copies are written."""
    if [reader is not None, each_language, each_variant].count(True) > 1:
        raise click.UsageError("give one of --as, --each-language and --each-variant")
    if reader is not None:
        return preview.with_address(site, reader)
    if each_variant:
        return trial.examples(Extent.EACH_VARIANT)
    return trial.examples(Extent.EACH_LANGUAGE if each_language else Extent.ONE)


_SHOWN = {
    MessageState.ACCEPTED: "taken by the relay",
    MessageState.REFUSED: "refused by the relay",
    MessageState.UNCERTAIN: "perhaps taken",
    MessageState.WAITING: "not sent",
}
