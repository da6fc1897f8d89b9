"""Exports of other programs, with invented rows, each with its truth."""

from tests.audiences.real_lists import RealList

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
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Example;Ada;;;\r\nFN:Ada Exa\r\n mple\r\n"
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
