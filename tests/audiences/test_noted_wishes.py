"""A wish is found wherever a list notes it: in free text, tags, and yes and no."""

from pathlib import Path

import pytest
from sqlalchemy import select

from audiences.contacts import Contact
from audiences.export import rows
from audiences.intake.values.whole_rows import WholeRows
from audiences.intake.wishes import optouts
from audiences.suppressions import Why
from mailer import clock
from mailer.sites.site import Site
from tests.audiences import importing
from tests.audiences.importing import import_file
from tests.audiences.opened import cells, opened, write

HEAD = "Name;Organisation;E-mail;{}\n"
NOTED = (
    ("Remarques", "ne plus contacter"),
    ("Remarques", "Présidente. Ne souhaite plus de lettres"),
    ("Notes", "moved; unsubscribed in 2022"),
    ("Notes", "Please remove"),
    ("Tags", "NGO, Unsubscribed"),
    ("Kategorien", "Abgemeldet;NGO"),
    ("Notas", "no contactar"),
    ("Примечания", "не писать"),
    ("Job title", "Head (désinscrite)"),
)
# one a line: the words of nine languages, with and without accents
NOTES = """
ne plus ecrire
À retirer de la liste
désinscription demandée le 3/2/24
Rencontrée à Dakar en mai 2023 avec Mme Diop et depuis ne veut plus recevoir nos lettres
N’écrivez plus s’il vous plaît, ne m’envoyez plus rien
plus d'envoi
has asked not to be contacted
Asked by phone not to receive our letters any more, see the mail of the same day
does not want emails
doesn’t want e-mails
unsubscribe me
STOP
no quiere recibir correos
darse de baja
por favor eliminar de la lista
bitte austragen
Bitte nicht mehr zusenden
kein Newsletter mehr
wünscht keine Post
remover da lista
nao enviar
não quer receber
non vuole ricevere
не отправлять
исключить из рассылки
لا ترسل
يرجى عدم الإرسال
已退订
请不要再发
客户要求取消订阅
配信停止
""".strip().splitlines()
KEPT = (
    *("He does not unsubscribe", "has never been unsubscribed", "未退订"),
    *("Mailing in May", "not unsubscribed", "n'est pas désabonnée", "Baja"),
    "Head of subscriptions",
)


@pytest.mark.parametrize(("heading", "cell"), NOTED)
async def test_a_row_whose_text_tells_of_a_wish_is_refused(
    site: Site, tmp_path: Path, heading: str, cell: str
) -> None:
    text = (
        HEAD.format(heading) + f'Ann;icom;a@x.example;"{cell}"\nBo;icom;b@x.example;\n'
    )
    report = await import_file(site, write(tmp_path, text))
    assert report.added == 1
    (fault,) = report.faults
    assert "opted out" in fault.reason
    assert list(await _addresses(site)) == ["b@x.example"]


@pytest.mark.parametrize("cell", NOTES)
async def test_a_note_in_the_words_of_its_language_is_a_fault(
    site: Site, tmp_path: Path, cell: str
) -> None:
    text = HEAD.format("Notes") + f'Ann;icom;a@x.example;"{cell}"\n'
    report = await import_file(site, write(tmp_path, text))
    assert (report.added, len(report.faults)) == (0, 1)


async def test_a_row_with_its_yes_and_a_note_is_suppressed(
    site: Site, tmp_path: Path
) -> None:
    text = HEAD.format("Notes;Unsubscribed") + "Ann;icom;a@x.example;unsubscribed;yes\n"
    report = await import_file(site, write(tmp_path, text))
    assert (report.stopped, report.faults) == (1, [])


def test_what_a_program_has_for_its_own_use_may_tell_of_a_wish(tmp_path: Path) -> None:
    text = (
        "Display Name,Primary Email,Secondary Email,Custom 1\nAnn,a@x.example,,\n"
        "Bo,b@x.example,,désabonné\n"
    )
    table = opened(tmp_path, text)
    whole = WholeRows(table, table.width, watch=True)
    assert whole.noted(2, ["Ann", "a@x.example", "", ""]) is None
    assert whole.noted(3, ["Bo", "b@x.example", "", "désabonné"]) is not None


@pytest.mark.parametrize("cell", KEPT)
async def test_other_texts_are_kept(site: Site, tmp_path: Path, cell: str) -> None:
    text = HEAD.format("Notes") + f'Ann;icom;a@x.example;"{cell}"\n'
    report = await import_file(site, write(tmp_path, text))
    assert (report.added, report.faults) == (1, [])


async def test_a_name_with_a_wish_is_refused(site: Site, tmp_path: Path) -> None:
    text = "Name;Organisation;E-mail\nAnn (unsubscribed);icom;a@x.example\n"
    report = await import_file(site, write(tmp_path, text))
    assert report.added == 0
    assert "opted out" in report.faults[0].reason


@pytest.mark.parametrize("name", ["Bo Bounced", "Bo Refus", "Opposition, Bo"])
async def test_a_name_alone_is_no_wish(site: Site, tmp_path: Path, name: str) -> None:
    text = f'Name;Organisation;E-mail\n"{name}";icom;a@x.example\n'
    report = await import_file(site, write(tmp_path, text))
    assert (report.added, report.faults) == (1, [])


async def test_an_export_of_ours_has_each_wish_in_its_place(
    site: Site, tmp_path: Path
) -> None:
    text = (
        f"address,organisation,notes,{rows.LEFT_OUT}\na@x.example,icom,unsubscribed,\n"
    )
    report = await import_file(site, write(tmp_path, text))
    assert (report.added, report.faults) == (1, [])


def test_a_person_who_names_the_column_knows_what_it_holds(tmp_path: Path) -> None:
    text = HEAD.format("Notes") + "Ann;icom;a@x.example;unsubscribed from paper\n"
    table = opened(tmp_path, text, chosen=("notes=Notes",))
    assert [each["notes"] for each in cells(table)] == ["unsubscribed from paper"]


@pytest.mark.parametrize(
    "heading",
    [
        *("Stop", "keine Werbung", "Refus RGPD", "Cancelado em", "Ne plus contacter"),
        *("Pas d'envoi de masse", "Kein Versand", "désabonné le", "opt-out date"),
    ],
)
async def test_a_yes_below_such_a_heading_stops(
    site: Site, tmp_path: Path, heading: str
) -> None:
    rows = "Ann;icom;a@x.example;2024-02-01\nBo;icom;b@x.example;\n"
    report = await import_file(site, write(tmp_path, HEAD.format(heading) + rows))
    assert (report.added, report.stopped, report.questions) == (1, 1, [])


@pytest.mark.parametrize(
    "heading",
    [
        *("No paper", "Keine Einladungen", "Sin revista", "Без рассылки", "Werbung"),
        *(
            "Abonné",
            "Deseja receber?",
            "Lettre",
            "OK to contact",
            "Versand",
            "Подписан",
        ),
        *("النشرة", "接收邮件", "To remove", "Desea el boletín", "Riceve"),
    ],
)
def test_a_heading_that_denies_is_a_question(tmp_path: Path, heading: str) -> None:
    rows = "Ann;icom;a@x.example;yes\nBo;icom;b@x.example;no\n"
    table = opened(tmp_path, HEAD.format(heading) + rows)
    assert table.layout is not None
    assert heading in table.layout.questions[0]


def test_listmonk_in_the_form_that_it_imports_is_known(tmp_path: Path) -> None:
    text = "email,name,attributes,status\na@x.example,Ann,{},disabled\n"
    table = opened(tmp_path, text)
    assert table.layout is not None
    assert table.layout.preset == "listmonk"
    assert [each["opt_out"] for each in cells(table)] == ["disabled"]


def test_the_delivery_of_mailman_3_is_known(tmp_path: Path) -> None:
    text = "Subscriber,Display Name,Delivery Status\na@x.example,Ann,Disabled by user\n"
    table = opened(tmp_path, text)
    assert [each["opt_out"] for each in cells(table)] == ["Disabled by user"]
    assert optouts.why("Disabled by user", yes=Why.ASKED) is Why.ASKED
    assert optouts.why("Disabled by bounces", yes=Why.ASKED) is Why.BOUNCED
    assert optouts.why("Enabled", yes=Why.ASKED) is None


def test_a_line_copied_from_a_message_loses_the_name_of_its_field(
    tmp_path: Path,
) -> None:
    table = opened(tmp_path, "To: Ann <a@x.example>,\n\tBo <b@x.example>\n")
    assert [each["address"] for each in cells(table)] == [
        *("Ann <a@x.example>", "Bo <b@x.example>")
    ]


async def _addresses(site: Site) -> dict[str | None, str | None]:
    async with site.database.reading() as session:
        return await importing.countries(session)


async def test_an_export_of_another_site_brings_its_stops(
    site: Site, tmp_path: Path
) -> None:
    text = (
        f"address,name,organisation,{rows.LEFT_OUT}\na@x.example,Ann,icom,suppressed\n"
        "b@x.example,Bo,icom,stopped\nc@x.example,Cy,icom,\n"
    )
    report = await import_file(site, write(tmp_path, text))
    again = await import_file(site, write(tmp_path, text))
    assert (report.added, report.newly_stopped, report.questions) == (3, 2, [])
    assert (again.unchanged, again.newly_stopped) == (3, 0)


async def test_an_export_changes_nothing_of_who_stopped_here(
    site: Site, tmp_path: Path
) -> None:
    text = f"address,name,organisation,{rows.LEFT_OUT}\nb@x.example,Bo,icom,stopped\n"
    await import_file(site, write(tmp_path, text.replace("stopped", "")))
    async with site.database.writing() as session:
        wanted = select(Contact).where(Contact.address == "b@x.example")
        contact = (await session.scalars(wanted)).one()
        contact.stopped_at = clock.now()
    report = await import_file(site, write(tmp_path, text))
    assert (report.unchanged, report.newly_stopped) == (1, 0)
