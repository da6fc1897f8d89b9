"""Lists with the headings of real ones and invented rows, each with its truth."""

from typing import NamedTuple


class RealList(NamedTuple):
    """A list as people have it, what a person adds to the command, and the truth."""

    name: str
    text: str
    options: tuple[str, ...] = ()  # of the one command more that may be needed
    truth: tuple[dict[str, str], ...] = ()


EMBASSIES = RealList(
    "an embassy directory in French",
    "Corps diplomatique;;;;;\n;;;;;\n"
    "Pays;Nom;Prénom;Fonction;Courriels;Tél.\n"
    "Côte d'Ivoire;Koné;Awa;Ambassadrice;awa@ci.example;+33 1 00 00 00 01\n"
    "Sénégal;Diop;Jean-Luc;Attaché;jl@sn.example, autre@sn.example;01 00 00 00 02\n",
    truth=(
        {"country": "Côte d'Ivoire", "name": "Awa Koné", "address": "awa@ci.example"},
        {
            "country": "Sénégal",
            "name": "Jean-Luc Diop",
            "address": "jl@sn.example, autre@sn.example",
        },
    ),
)
REGISTER = RealList(
    "a register in Arabic",
    "اسم الجهة,الدولة,البريد الإلكتروني,الهاتف,الموقع الإلكتروني\n"
    "جمعية الأمل,تونس,amal@tn.example,+216 1,https://tn.example\n"
    "مؤسسة النور,مصر,nour@eg.example,+20 2,https://eg.example\n",
    truth=(
        {
            "organisation_name": "جمعية الأمل",
            "country": "تونس",
            "address": "amal@tn.example",
        },
        {
            "organisation_name": "مؤسسة النور",
            "country": "مصر",
            "address": "nour@eg.example",
        },
    ),
)
SPANISH = RealList(
    "contacts in Spanish",
    "Institución;Nombre;Apellidos;Cargo;Correo electrónico;País;Observaciones\n"
    "Red de Maestras;Ana;Pérez Gil;Directora;ana@red.example;México;llamar\n"
    "Casa Abierta;Luis;Soto;Vocal;luis@casa.example;Perú;\n",
    truth=(
        {
            "organisation_name": "Red de Maestras",
            "name": "Ana Pérez Gil",
            "address": "ana@red.example",
            "country": "México",
        },
        {
            "organisation_name": "Casa Abierta",
            "name": "Luis Soto",
            "address": "luis@casa.example",
            "country": "Perú",
        },
    ),
)
GERMAN = RealList(
    "contacts in German",
    "Anrede;Vorname;Nachname;Einrichtung;E-Mail-Adresse;Straße;PLZ;Ort;Land;Sprache\n"
    "Frau;Jörg;Weiß;Haus der Künste;j@haus.example;Ring 1;10115;Ulm;Deutschland;de\n",
    truth=(
        {
            "name": "Jörg Weiß",
            "organisation_name": "Haus der Künste",
            "address": "j@haus.example",
            "country": "Deutschland",
            "languages": "de",
        },
    ),
)
CHINESE = RealList(
    "an address book in Chinese",
    "姓,名,单位名称,职务,电子邮件,国家,语言,备注\n"
    "王,小明,北京教育协会,主任,wang@edu.example,中国,zh,\n",
    truth=(
        {
            "name": "王小明",
            "organisation_name": "北京教育协会",
            "address": "wang@edu.example",
            "country": "中国",
            "languages": "zh",
        },
    ),
)
RUSSIAN = RealList(
    "contacts in Russian",
    "Фамилия;Имя;Отчество;Организация;Должность;Эл. почта;Страна\n"
    "Иванова;Анна;Петровна;Дом книги;директор;a@dom.example;Россия\n",
    truth=(
        {
            "name": "Анна Петровна Иванова",
            "organisation_name": "Дом книги",
            "address": "a@dom.example",
            "country": "Россия",
        },
    ),
)
PORTUGUESE = RealList(
    "contacts in Portuguese",
    "Nome completo;Entidade;Correio eletrónico;País\n"
    "Rui Sá;Casa do Livro;rui@casa.example;Portugal\n",
    truth=(
        {
            "name": "Rui Sá",
            "organisation_name": "Casa do Livro",
            "address": "rui@casa.example",
            "country": "Portugal",
        },
    ),
)
UNITED_NATIONS = RealList(
    "a list without addresses",
    "Organization name,Acronym,Consultative status,Address\n"
    'World Readers,WR,special,"1 Main Street, Geneva"\n',
    options=("kind=ngo",),
    truth=({"organisation_name": "World Readers", "acronym": "WR", "kind": "ngo"},),
)
UNKNOWN_HEADINGS = RealList(
    "a list with headings of its own",
    "Who,Reach,Where\nAda Example,ada@x.example,France\nElie Test,e@x.example,Mali\n",
    truth=(
        {"address": "ada@x.example", "country": "France"},
        {"address": "e@x.example", "country": "Mali"},
    ),
)
ROSTER = RealList(
    "a roster of a list server",
    "ada@ngo.example\nElie Test <elie@ngo.example>\n",
    options=("organisation=icom",),
    truth=(
        {"address": "ada@ngo.example", "organisation": "icom"},
        {"address": "Elie Test <elie@ngo.example>", "organisation": "icom"},
    ),
)
MAILCHIMP = RealList(
    "Mailchimp",
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,"
    "CONFIRM_TIME,LEID,EUID,NOTES,UNSUB_TIME\n"
    "ada@m.example,Ada,Example,2,2023-01-05 10:00:00,192.0.2.1,,1,a,,\n"
    "otto@m.example,Otto,Optout,2,,,2022-03-01 09:00:00,2,b,,2024-02-03 11:00:00\n",
    truth=(
        {
            "address": "ada@m.example",
            "name": "Ada Example",
            "consent": "OPTIN_TIME: 2023-01-05 10:00:00",
            "opt_out": "",
        },
        {"address": "otto@m.example", "opt_out": "2024-02-03 11:00:00"},
    ),
)
LISTMONK = RealList(
    "listmonk",
    "uuid,email,name,attributes,status,created_at,updated_at\n"
    'u1,ada@l.example,Ada,"{}",enabled,2023-01-05T10:00:00Z,2023-01-05T10:00:00Z\n'
    'u2,otto@l.example,Otto,"{}",blocklisted,2023-01-05T10:00:00Z,\n',
    truth=(
        {"address": "ada@l.example", "name": "Ada", "opt_out": "enabled"},
        {"address": "otto@l.example", "name": "Otto", "opt_out": "blocklisted"},
    ),
)
BREVO = RealList(
    "Brevo",
    "EMAIL;FIRSTNAME;LASTNAME;SMS;EMAIL_MARKETING;ADDED_TIME;MODIFIED_TIME\n"
    "ada@b.example;Ada;Example;33100;subscribed;2023-01-05;2023-01-05\n"
    "otto@b.example;Otto;Optout;;unsubscribed;2023-01-05;2023-01-05\n",
    truth=(
        {"address": "ada@b.example", "name": "Ada Example", "opt_out": "subscribed"},
        {"address": "otto@b.example", "opt_out": "unsubscribed"},
    ),
)
CIVICRM = RealList(
    "CiviCRM",
    '"Contact ID","Contact Type","Display Name","Do Not Email",'
    '"No Bulk Emails (User Opt Out)","Preferred Language","First Name","Last Name",'
    '"Job Title","Current Employer","Country","Email","Email On Hold"\n'
    '"12","Individual","Ms. Ada Example","","","fr","Ada","Example","Secretary",'
    '"ICOM","France","ada@c.example",""\n'
    '"13","Individual","Otto Optout","","1","","Otto","Optout","","ICOM","",'
    '"otto@c.example",""\n'
    '"14","Individual","Bo Bounced","","","","Bo","Bounced","","ICOM","",'
    '"bo@c.example","2022-01-01"\n',
    truth=(
        {
            "address": "ada@c.example",
            "name": "Ada Example",
            "organisation": "ICOM",
            "languages": "fr",
            "opt_out": "",
        },
        {"address": "otto@c.example", "opt_out": "1"},
        {"address": "bo@c.example", "bounced": "2022-01-01"},
    ),
)
GOOGLE = RealList(
    "Google",
    "First Name,Last Name,Organization Name,Organization Title,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Value\n"
    "Ada,Example,Open House,Chair,* myContacts,Work,ada@g.example,+33 1\n",
    truth=(
        {
            "address": "ada@g.example",
            "name": "Ada Example",
            "organisation_name": "Open House",
        },
    ),
)
OUTLOOK = RealList(
    "Outlook in English",
    '"Title","First Name","Last Name","Company","Job Title","E-mail Address",'
    '"E-mail Type","E-mail Display Name","E-mail 2 Address","Language"\n'
    '"Ms","Ada","Example","Open House","Chair","ada@o.example","SMTP","Ada","","fr"\n',
    truth=(
        {
            "address": "ada@o.example",
            "name": "Ada Example",
            "organisation_name": "Open House",
            "languages": "fr",
        },
    ),
)
OUTLOOK_FR = RealList(
    "Outlook in French",
    '"Titre";"Prénom";"Nom";"Société";"Titre";"Adresse de messagerie";'
    '"Type de messagerie"\n'
    '"Mme";"Zoé";"Lefèvre";"Maison du livre";"Présidente";"zoe@o.example";"SMTP"\n',
    truth=(
        {
            "address": "zoe@o.example",
            "name": "Zoé Lefèvre",
            "organisation_name": "Maison du livre",
        },
    ),
)
OUTLOOK_ES = RealList(
    "Outlook in Spanish",
    '"Nombre";"Apellidos";"Organización";"Puesto";"Dirección de correo electrónico";'
    '"Tipo de correo electrónico"\n'
    '"Ana";"Gil";"Casa Abierta";"Vocal";"ana@o.example";"SMTP"\n',
    truth=(
        {
            "address": "ana@o.example",
            "name": "Ana Gil",
            "organisation_name": "Casa Abierta",
        },
    ),
)
OUTLOOK_DE = RealList(
    "Outlook in German",
    '"Anrede";"Vorname";"Nachname";"Firma";"Position";"E-Mail-Adresse";"E-Mail-Typ"\n'
    '"Frau";"Eva";"Groß";"Haus der Künste";"Leiterin";"eva@o.example";"SMTP"\n',
    truth=(
        {
            "address": "eva@o.example",
            "name": "Eva Groß",
            "organisation_name": "Haus der Künste",
        },
    ),
)
THUNDERBIRD = RealList(
    "Thunderbird",
    "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,"
    "Organization,Job Title\n"
    "Ada,Example,Ada E.,,ada@t.example,,Open House,Chair\n",
    truth=(
        {
            "address": "ada@t.example",
            "name": "Ada Example",
            "organisation_name": "Open House",
        },
    ),
)
MAILMAN = RealList(
    "Mailman",
    "address,display_name,delivery_status\n"
    "ada@p.example,Ada Example,enabled\notto@p.example,,by_user\n"
    "bo@p.example,,by_bounces\n",
    truth=(
        {
            "address": "ada@p.example",
            "name": "Ada Example",
            "opt_out": "enabled",
        },
        {"address": "otto@p.example", "opt_out": "by_user"},
        {"address": "bo@p.example", "opt_out": "by_bounces"},
    ),
)
SYMPA = RealList(
    "Sympa",
    "email;gecos;reception\nada@s.example;Ada Example;mail\notto@s.example;;nomail\n",
    truth=(
        {"address": "ada@s.example", "name": "Ada Example", "opt_out": "mail"},
        {"address": "otto@s.example", "opt_out": "nomail"},
    ),
)
VCARD = RealList(
    "vCard 3.0",
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Example;Ada;;;\r\nFN:Ada Example\r\n"
    "ORG:Open House\\, Paris;Desk\r\nEMAIL;TYPE=WORK:ada@v.example\r\n"
    "item1.EMAIL:second@v.example\r\nTEL:+33 1\r\nNOTE:long li\r\n ne\r\nEND:VCARD\r\n",
    truth=(
        {
            "address": "ada@v.example, second@v.example",
            "name": "Ada Example",
            "organisation_name": "Open House, Paris",
        },
    ),
)
VCARD_2 = RealList(
    "vCard 2.1",
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:"
    "Lef=C3=A8vre;Zo=C3=\r\n=A9\r\nEMAIL;INTERNET:zoe@v.example\r\nEND:VCARD\r\n",
    truth=({"address": "zoe@v.example", "name": "Zoé Lefèvre"},),
)
LISTS = tuple(each for each in globals().values() if isinstance(each, RealList))
