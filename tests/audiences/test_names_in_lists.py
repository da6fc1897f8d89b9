"""Countries, languages, roles and kinds are understood by code or by name."""

from pathlib import Path

import pytest
from sqlalchemy import select

from audiences.contacts import Contact
from audiences.errors import RuleError
from audiences.naming import folding, names
from audiences.naming.names import language
from audiences.naming.values import Values
from audiences.organisations import Organisation
from audiences.people.site_roles import Roles
from audiences.segments import vocabularies
from mailer.sites.site import Site
from tests.audiences.importing import import_file, write

HEAD = "address;role;language;organisation;organisation_name;kind;country;fields"


async def test_a_row_with_names_for_codes_is_imported_as_one_with_codes(
    site: Site, tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        "a@x.example;Point focal, presse;français et anglais;n1;Un;ONG;Côte d'Ivoire;"
        "Éducation, Natural sciences",
        "b@x.example;Representative;zh_CN;n2;Deux;Nichtregierungsorganisation;USA;SHS",
        head=HEAD,
    )
    path.write_text(path.read_text().replace(" et anglais", ", English"))

    report = await import_file(site, path)

    assert report.faults == []
    assert report.left_empty == []
    async with site.database.reading() as session:
        rows = await session.execute(
            select(
                Contact.roles,
                Contact.languages,
                Organisation.kind,
                Organisation.country,
            )
            .join(Organisation, Organisation.id == Contact.organisation_id)
            .where(Contact.address.in_(["a@x.example", "b@x.example"]))
            .order_by(Contact.address)
        )
        found = [(Roles().codes(roles), *others) for roles, *others in rows]
    assert found == [
        (("focal_point", "press"), "fr en", "ngo", "CI"),
        (("representative",), "zh", "ngo", "US"),
    ]


async def test_an_optional_cell_that_is_not_understood_is_left_empty_and_counted(
    site: Site, tmp_path: Path
) -> None:
    rows = [
        "a@x.example;Director;fr;n1;One;ngo;Atlantis;ED",
        "b@x.example;Director, press;fr;n1;One;ngo;Atlantis;ED",
        "c@x.example;;tlh?;n2;Two;ngo;Congo;ED",
    ]

    report = await import_file(site, write(tmp_path, *rows, head=HEAD))

    assert (report.valid, report.added, report.faults) == (3, 3, [])
    left = {each.column: each for each in report.left_empty}
    assert {column: each.rows for column, each in left.items()} == {
        "country": 3,
        "roles": 2,
        "languages": 1,
    }
    assert [(one.value, one.rows) for one in left["country"].examples] == [
        ("Atlantis", 2),
        ("Congo", 1),
    ]
    assert "may be CD or CG; write the code" in left["country"].examples[1].reason
    async with site.database.reading() as session:
        roles = await session.scalar(
            select(Contact.roles).where(Contact.address == "b@x.example")
        )
    assert Roles().codes(roles or 0) == ("press",)


async def test_strict_refuses_the_row_of_such_a_cell(
    site: Site, tmp_path: Path
) -> None:
    path = write(tmp_path, "a@x.example;;fr;n1;One;ngo;Atlantis;", head=HEAD)

    report = await import_file(site, path, strict=True)

    assert [fault.column for fault in report.faults] == ["country"]
    assert report.left_empty == []


async def test_a_kind_that_is_not_understood_is_a_fault(
    site: Site, tmp_path: Path
) -> None:
    path = write(tmp_path, "a@x.example;;fr;n1;One;orchestra;FR;", head=HEAD)

    report = await import_file(site, path)

    assert [fault.column for fault in report.faults] == ["kind"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(("Ivory Coast", "CI"), ("COTE D’IVOIRE", "CI"), ("UK", "GB")),
        *(("United States of America", "US"), ("Russia", "RU"), ("FRA", "FR")),
        *(("South Korea", "KR"), ("Korea, Republic of", "KR"), ("Holland", "NL")),
        *(("Congo (DRC)", "CD"), ("Burma", "MM"), ("Guinea", "GN")),
        *(("Iran, Islamic Republic of", "IR"), ("Deutschland", "DE")),
        *(("Alemanha", "DE"), ("المملكة المغربية", None), ("المغرب", "MA")),
        *(("سوريا", "SY"), ("Китай", "CN"), ("法国", "FR"), ("St. Lucia", "LC")),
        *(("Niger", "NE"), ("Nigeria", "NG"), ("Dominica", "DM")),
        *(("الإمارات", "AE"), ("Rép. centrafricaine", "CF"), ("Rép. du Bénin", "BJ")),
        *(("Republic of Ireland", "IE"), ("Venezuela, RB", "VE"), ("УАЭ", None)),
        *(("Republic of China", None), ("Republic", None), ("United Republic", None)),
        *(("Congo", None), ("Korea", None), ("Corée", None), ("Atlantis", None)),
    ],
)
async def test_a_country_is_found_by_its_names(
    site: Site, name: str, code: str | None
) -> None:
    async with site.database.reading() as session:
        known = await names.load(session, Roles())

    codes = known.codes(name, Values.COUNTRY)

    assert (codes == {code}) if code else len(codes) != 1


@pytest.mark.parametrize(
    ("text", "values", "code"),
    [
        *(("France", Values.COUNTRY, "FR"), ("法国", Values.COUNTRY, "FR")),
        *(("côte d’ivoire", Values.COUNTRY, "CI"), ("fra", Values.COUNTRY, "FR")),
        *(("French", Values.LANGUAGE, "fr"), ("fra", Values.LANGUAGE, "fr")),
        *(("ONG", Values.KIND, "ngo"), ("point focal", Values.ROLE, "focal_point")),
    ],
)
async def test_a_rule_may_name_a_word_as_a_list_does(
    site: Site, text: str, values: Values, code: str
) -> None:
    async with site.database.reading() as session:
        known = await vocabularies.load(session)

    assert known.resolve(text, values, rule=text, column=1) == code
    with pytest.raises(RuleError, match="CD or CG"):
        known.resolve("Congo", Values.COUNTRY, rule="Congo", column=1)


async def test_only_names_that_we_list_are_those_of_several_countries(
    site: Site,
) -> None:
    async with site.database.reading() as session:
        known = await names.load(session, Roles())
    known.codes("France", Values.COUNTRY)

    shared = {
        codes for codes in map(frozenset, known._indexes[Values.COUNTRY].values())
    }

    assert {codes for codes in shared if len(codes) > 1} == {
        frozenset({"CD", "CG"}),
        frozenset({"KP", "KR"}),
    }


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        *(("fr", "fr"), ("fra", "fr"), ("fre", "fr"), ("FR", "fr"), ("chi", "zh")),
        *(("fr_FR", "fr"), ("en_US.UTF-8", "en"), ("zh_CN", "zh"), ("fr-FR", "fr")),
        *(("zh_TW", "zh-Hant"), ("zh-Hant", "zh-Hant"), ("en-ZA", "en-ZA")),
        *(("French", "fr"), ("français", "fr"), ("Französisch", "fr")),
        *(("法语", "fr"), ("العربية", "ar"), ("русский", "ru"), ("Español", "es")),
        *(("zz", None), ("qqq", None), ("", None), ("Klingonish", None)),
    ],
)
def test_a_language_is_found_by_tag_code_locale_or_name(
    text: str, tag: str | None
) -> None:
    assert language(text) == tag


def test_names_are_equal_without_case_accents_articles_and_order() -> None:
    for one, other in (
        ("The Gambia", "GAMBIA"),
        ("Iran (Islamic Republic of)", "Islamic Republic of Iran"),
        ("الأردن", "اردن"),
        ("Straße der Künste", "strasse künste"),
        ("L’École", "ecole"),
    ):
        assert folding.key(one) == folding.key(other)
    assert folding.key("Niger") != folding.key("Nigeria")
