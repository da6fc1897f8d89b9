"""The columns of an import. `mapping/headings.toml` has the headings that mean them."""

from dataclasses import dataclass

from audiences.languages import OFFERED


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: its name, and what its cells contain."""

    name: str
    holds: str


COLUMNS = (
    Column(
        name="address",
        holds="the e-mail address, or several; a row without one is an organisation",
    ),
    Column(
        name="name",
        holds="the person or function",
    ),
    Column(
        name="roles",
        holds="representative, focal_point, head, directory_editor, press, or your own",
    ),
    Column(
        name="function",
        holds="the contact's job title at this organisation: Directrice",
    ),
    Column(
        name="languages",
        holds="the contact's own languages in order of preference: ar fr",
    ),
    Column(
        name="timezone",
        holds="an IANA zone: Africa/Dakar",
    ),
    Column(
        name="telephones",
        holds="the contact's telephone numbers; semicolons between several",
    ),
    Column(
        name="postal_address",
        holds="the contact's postal address, in lines or on one",
    ),
    Column(
        name="website",
        holds="the contact's web site: https://awa.example",
    ),
    Column(
        name="tags",
        holds="tags for rules, with commas between several; they are added",
    ),
    Column(
        name="notes",
        holds="what the unit notes about the contact",
    ),
    Column(
        name="second_address",
        holds="other addresses of the contact; they are kept and never written to",
    ),
    Column(
        name="organisation",
        holds="the organisation's code",
    ),
    Column(
        name="organisation_name",
        holds="its official name; needed for a new organisation",
    ),
    *(
        Column(
            name=f"organisation_name_{language}",
            holds=f"its name in {language}",
        )
        for language in OFFERED
    ),
    Column(
        name="acronym",
        holds="its acronym",
    ),
    Column(
        name="kind",
        holds="ngo, delegation, natcom, …; needed for a new organisation",
    ),
    Column(name="status", holds="associate, consultative, …"),
    Column(name="level", holds="international, regional, national"),
    Column(
        name="country",
        holds="country of its seat, ISO 3166-1: SN",
    ),
    Column(
        name="organisation_languages",
        holds="the organisation's languages in order: fr en",
    ),
    Column(
        name="organisation_telephones",
        holds="the organisation's telephone numbers",
    ),
    Column(
        name="organisation_postal_address",
        holds="the organisation's postal address",
    ),
    Column(
        name="organisation_website",
        holds="the organisation's web site",
    ),
    Column(
        name="fields",
        holds="sector, SDG or thesaurus codes: ED sdg-04",
    ),
    Column(
        name="acts_in",
        holds="countries it is active in: SN ML",
    ),
    Column(
        name="serves",
        holds="countries a field office covers",
    ),
    Column(
        name="topics",
        holds="topics to subscribe to: monthly-letter field-news",
    ),
    Column(
        name="consent",
        holds="the basis of consent to the topics, or its day; or give --basis",
    ),
    Column(
        name="opt_out",
        holds="yes, a day or a word: the address is suppressed, the row not read",
    ),
    Column(
        name="bounced",
        holds="the same, for a mailbox that did not take letters",
    ),
    Column(
        name="opt_in",
        holds="no: the address is suppressed; an empty cell is a fault",
    ),
)

NAMES = tuple(column.name for column in COLUMNS)
OURS = tuple(name for name in NAMES if name != "opt_in")  # of lists that we write
# what a reader wishes, or agreed to; none of them is guessed
WISHES = frozenset(("opt_out", "bounced", "opt_in", "consent"))
