"""Finishes a campaign that some readers did not get, and sends it again."""

from pathlib import Path

from sqlalchemy import update

from audiences import subscriptions, suppressions
from audiences.contacts import Contact, find
from audiences.record.changes import Author
from audiences.subscriptions import Evidence, How
from mailer import clock
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.outcomes import resending
from mailer.outcomes.resending import WantedWave, Wave
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay

GONE = "550 5.1.1 No such user here"
FULL = "552 5.2.2 mailbox full"
ED, SC, SHS = (f"focal-point@{code}.sector.example" for code in ("ed", "sc", "shs"))
AUTHOR = Author(by="editor", account="test", because=None, at=clock.now())


def script(relay: Relay, replies: dict[str, str]) -> None:
    """Answer RCPT of these addresses with these replies."""

    def answer(verb: str, line: str) -> str | None:
        if verb != "RCPT":
            return None
        return next((said for to, said in replies.items() if to in line), None)

    relay.script = answer


async def contact(site: Site, address: str) -> Contact:
    async with site.database.reading() as session:
        return await find(session, address, key=site.address_key)


async def finished(site: Site, place: Path) -> int:
    """Release a campaign to ten readers, and deliver it."""
    number = await campaigning.released(site, place)
    await delivering.work(delivering.tuned(site))
    assert await campaigning.state(site, number) == "finished"
    return number


async def look(site: Site, number: int, *, joiners: bool = False) -> Wave:
    return await resending.look(
        site, number, WantedWave(joiners=joiners), now=clock.now()
    )


async def resend(site: Site, number: int, **options: object) -> int:
    wanted = WantedWave(joiners=bool(options.get("joiners")))
    made = await resending.resend(site, number, wanted, by="editor", now=clock.now())
    await delivering.work(delivering.tuned(site))
    return made


def names(wave: Wave) -> dict[str, str]:
    return {each.address: each.reason for each in wave.readers}


async def stop(site: Site, address: str) -> None:
    known = await contact(site, address)
    evidence = Evidence(at=clock.now(), how=How.PAGE)
    async with site.database.writing() as session:
        await subscriptions.stop_everything(session, known.id, evidence=evidence)


async def lift(site: Site, address: str) -> None:
    known = await contact(site, address)
    async with site.database.writing() as session:
        await suppressions.lift(
            session, known.address_key, now=clock.now(), detail="it exists again"
        )


async def settle(site: Site, number: int, address: str, state: MessageState) -> None:
    """Give the message of a reader another final state."""
    known = await contact(site, address)
    async with site.database.writing() as session:
        await session.execute(
            update(Message)
            .where(Message.campaign_id == number, Message.contact_id == known.id)
            .values(state=state, reason="for the test")
        )
