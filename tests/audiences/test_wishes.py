"""Cells, headings and names of lists that say who wants no letters."""

from pathlib import Path

import pytest

from audiences.intake.wishes import optouts
from audiences.suppressions import Why
from tests.audiences.opened import cells, opened

NO = ["", "-", "n/a", "0", "0.0", "٠", "off", "f", "[]", "Soft bounce"]
NO_DAY = ["0000-00-00 00:00:00", "0001-01-01T00:00:00Z", "1970-01-01", "00/01/1900"]
YES = ["1", "1.0", "t", "on", "✓", "12", "20240203T101112", "1700000000"]
DAYS = ["2024-02-03", "3 février 2024", "Feb 3, 2024 10:11 AM", "03-Feb-24"]
DAYS += ["Sat Feb 03 2024", "2024年2月3日", "3 марта 2024 г.", "1 de marzo de 2024"]
ASKED = ["Unsubscribed", "Manually unsubscribed", "Unsubscribed, 2024-01-01"]
ASKED += ["['UNSUBSCRIBE']", "désabonné le 3 mars", "No email", "Marked as spam"]
BOUNCED = ["Hard bounced (550)", "1600000000 1600000001 12 5.1.1", "Bouncing"]
UNCLEAR = ["not unsubscribed", "Subscribed since 2023", "maybe", "March"]


@pytest.mark.parametrize("cell", [*NO, *NO_DAY, "1600000000 1600000001 1 4.2.2"])
def test_a_cell_without_a_wish_stops_no_letters(cell: str) -> None:
    assert optouts.why(cell, yes=Why.ASKED) is None
    assert not optouts.tells(cell)


@pytest.mark.parametrize("cell", [*YES, *DAYS])
def test_a_yes_and_a_day_mean_what_their_column_says(cell: str) -> None:
    assert optouts.why(cell, yes=Why.ASKED) is Why.ASKED
    assert optouts.why(cell, yes=Why.BOUNCED) is Why.BOUNCED


@pytest.mark.parametrize("cell", [*ASKED, *BOUNCED])
def test_words_of_a_wish_count_in_each_column(cell: str) -> None:
    reason = Why.ASKED if cell in ASKED else Why.BOUNCED

    assert optouts.why(cell, yes=Why.BOUNCED) is reason
    if not cell[:1].isdigit() and cell[:1] != "[":
        assert optouts.tells(cell)


@pytest.mark.parametrize("cell", UNCLEAR)
def test_a_wish_is_never_guessed(cell: str) -> None:
    with pytest.raises(optouts.UnclearError):
        optouts.why(cell, yes=Why.ASKED)
    assert not optouts.tells(cell)


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        *((day, "2024-02-03", "CONFIRM_TIME: 2024-02-03") for day in NO_DAY),
        ("2024-02-03", "No", "No"),
        ("", "0000-00-00", ""),
    ],
)
def test_consent_of_two_columns_is_what_both_say(
    tmp_path: Path, first: str, second: str, kept: str
) -> None:
    head = "E-mail;OPTIN_TIME;CONFIRM_TIME"
    table = opened(tmp_path, f"{head}\na@x.example;{first};{second}\n")

    assert next(cells(table))["consent"] == kept


@pytest.mark.parametrize(
    "cell",
    [
        *("retiré le 3/4/2024", "withdrew", "refused by phone", "не дал согласия"),
        *("No, thank you", "Non merci, non", "consent withdrawn in 2023", "已撤回"),
        *("widerrufen am 3.4.", "no dio su consentimiento", "سحب الموافقة"),
    ],
)
def test_consent_that_was_not_given_is_never_a_ground(cell: str) -> None:
    assert optouts.declines(cell)


@pytest.mark.parametrize(
    "cell", ["forum of 2023", "oui", "not withdrawn", "2024-01-02"]
)
def test_other_words_on_consent_are_its_ground(cell: str) -> None:
    assert not optouts.declines(cell)


def test_a_cross_may_mean_yes_or_no() -> None:
    with pytest.raises(optouts.UnclearError):
        optouts.why("✗", yes=Why.ASKED)
    assert optouts.is_yes_or_no("✗")


ROW = "E-mail;Organisation\na@x.example;icom\n"
MAILCHIMP = "Email Address,MEMBER_RATING,LEID\na@x.example,2,1\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("unsubscribed_members.csv", ROW),
        ("Suppression list.csv", ROW),
        ("liste-désabonnés.csv", ROW),
        ("cleaned_email_audience_export_d2b.csv", MAILCHIMP),
        ("nonsubscribed_email_audience_export.csv", MAILCHIMP),
        ("members.csv", f"Unsubscribed since 2020;\n{ROW}"),
    ],
)
def test_a_list_whose_name_tells_of_opt_outs_is_asked_about(
    tmp_path: Path, name: str, text: str
) -> None:
    table = opened(tmp_path, text, name=name)

    assert table.layout is not None
    (question,) = table.layout.questions
    assert "--as stopped" in question


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cleaned_partners.csv", ROW),
        ("members.csv", f"{'You can unsubscribe. ' * 5}\n{ROW}"),
        ("bounces.csv", "E-mail;Bounced\na@x.example;2024-01-01\n"),
    ],
)
def test_a_list_that_only_seems_to_tell_of_opt_outs_is_not_asked_about(
    tmp_path: Path, name: str, text: str
) -> None:
    table = opened(tmp_path, text, name=name)

    assert table.layout is not None
    assert not table.layout.questions


@pytest.mark.parametrize(
    ("heading", "shown"),
    [
        ("Salutation", ("Ms", "Mr")),
        ("Home state", ("CA", "GA")),
        ("Initials", ("MR", "MS")),
        ("Code", ("ES", "FR")),
    ],
)
def test_what_only_has_the_code_of_a_country_or_language_is_left_out(
    tmp_path: Path, heading: str, shown: tuple[str, str]
) -> None:
    rows = "".join(f"{n}@x.example;{cell}\n" for n, cell in enumerate(shown))
    table = opened(tmp_path, f"E-mail;{heading} here\n{rows}")

    assert set(table.positions) == {"address"}


@pytest.mark.parametrize("heading", ["Email marketing", "Invalid e-mail address?"])
def test_a_switch_that_may_mean_either_is_never_taken_as_an_opt_out(
    tmp_path: Path, heading: str
) -> None:
    table = opened(tmp_path, f"E-mail;{heading}\na@x.example;Yes\nb@x.example;No\n")

    assert table.layout is not None
    assert "opt_out" not in table.positions
    assert len(table.layout.questions) == 1
