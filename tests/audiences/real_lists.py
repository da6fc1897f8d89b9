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
CHINESE_COMPANIES = RealList(
    "an address book in Chinese with words that could be codes",
    "序号,联系人,工作单位,国别,邮箱地址\n1,赵敏,中国科学促进会,中国,zhao@k.example\n",
    truth=(
        {
            "name": "赵敏",
            "organisation_name": "中国科学促进会",
            "address": "zhao@k.example",
            "country": "中国",
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
LISTS = tuple(each for each in globals().values() if isinstance(each, RealList))
