"""A list with every detail of a contact, imported and read back."""

from pathlib import Path

from audiences.intake.importing import ImportReport
from audiences.person import Person, person
from mailer.sites.site import Site
from tests.audiences.importing import import_file, write

HEAD = (
    "address;name;organisation;organisation name;kind;job title;phone;"
    "adresse postale;site web;tags;notes;e-mail 2"
)
AWA = "awa@places.example"
ROW = (
    f'{AWA};Awatif;org-a;A;ngo;Directrice;+221 33 849 23 23;"BP 1234\nDakar";'
    "www.places.example;Donors 2025, Press;Prefers mornings;awa.private@mail.example"
)
EMPTY = f"{AWA};;org-a;;;;;;;;;"
ICOM = "unesco-liaison@icom.example"


async def imported(site: Site, folder: Path, *rows: str) -> ImportReport:
    return await import_file(site, write(folder, *rows, head=HEAD))


async def known(site: Site, address: str = AWA) -> Person:
    async with site.database.reading() as session:
        return await person(session, address, key=site.address_key)
