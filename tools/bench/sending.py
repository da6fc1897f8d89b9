"""The steps of the sending benchmark, each as the command of the product does it."""

from pathlib import Path

from sqlalchemy import select

from audiences.contacts import Contact
from mailer import clock
from mailer.campaigns.review import preview
from mailer.demo import demonstration
from mailer.maintenance import founding
from mailer.outbox import release
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from tools.bench import loading

LANGUAGES = ("fr", "es", "ar", "ru", "zh")
PARAGRAPH = (
    "The office in Dakar has brought together teachers, librarians and radio producers"
    " of fifteen countries; each of them will work with two partners until the spring"
    " and report on what they have learnt, in the languages of their region.\n\n"
)


async def prepare(
    folder: Path, listed: Path, store: str | None, relay_port: int
) -> dict[str, float]:
    """Make a site with a long list of contacts."""
    await founding.create_site(folder, with_sample=False, store=store, now=clock.now())
    edit_toml(
        folder / "config.toml",
        {
            ("relay", "port"): relay_port,
            ("relay", "connections"): 10,
            ("site", "demo"): True,  # its names are none of the world's
            ("gate", "spam_limit"): 0,
        },
    )
    async with open_site(folder / "config.toml") as site:
        async with site.database.writing() as session:
            session.add_all(founding.users(clock.now()))
    await loading.load(folder, listed)
    return {}


async def write(folder: Path, paragraphs: int) -> dict[str, float]:
    """Write, check and approve one letter of a length."""
    campaign = folder / f"letter-{paragraphs}"
    campaign.mkdir(exist_ok=True)
    allowed = "\n".join(f'{language} = ["en"]' for language in LANGUAGES)
    (campaign / "campaign.toml").write_text(
        'name = "Bench"\ntemplate = "monthly-letter"\ndate = 2027-05-04\n'
        'author = "editor"\naudience = "sub(monthly-letter)"\n'
        f'[languages]\ndefault = "en"\n[languages.fallbacks]\n{allowed}\n',
        encoding="utf-8",
    )
    (campaign / "en.md").write_text(
        "---\nsubject: A letter to be measured\npreheader: As long as it is\n---\n"
        f"# opening\n\n{PARAGRAPH * paragraphs}",
        encoding="utf-8",
    )
    async with open_site(folder / "config.toml") as site:
        number = await demonstration.prepare(site, campaign)
        async with site.database.reading() as session:
            reader = await session.scalar(
                select(Contact.address).where(Contact.languages == "fr").limit(1)
            )
        made = await preview.preview(site, number, str(reader), now=clock.now())
        return {"campaign": number, "octets": len(made.octets)}


async def send(folder: Path, campaign_id: int) -> dict[str, float]:
    """Release a campaign."""
    async with open_site(folder / "config.toml") as site:
        await release.release(site, campaign_id, by="editor", now=clock.now())
    return {}
