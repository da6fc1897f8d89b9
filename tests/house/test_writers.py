"""Lists of the modules that may write a column, approve, or read the clock."""

import re

import pytest

from tests.house import writing
from tests.house.test_shape import FILES
from tools.checkout import ROOT

EDIT, HOURS = "mailer/campaigns/writing/edit.py", "mailer/campaigns/hours.py"
ACTS, REFERENCES = "mailer/campaigns/acts.py", "mailer/campaigns/references.py"
CONFIRMATIONS, PLAN = "mailer/outbox/confirmations.py", "mailer/outbox/plan.py"
LETTERS = "mailer/outbox/confirmation_letters.py"
MARK, MOVES = "mailer/outcomes/mark.py", "mailer/outcomes/moves.py"
RECORD, CLOSING = "mailer/outcomes/record.py", "mailer/outcomes/closing.py"
RESUMING = "mailer/outcomes/resuming.py"
RETURNS = "mailer/outcomes/returns.py"
APPLYING = "audiences/intake/applied/applying.py"
UNDO = "audiences/intake/applied/undo.py"
JOINING = "audiences/intake/matching/joining.py"
DETAILING = "audiences/intake/details/detailing.py"
ACCOUNTS = "mailer/signin/accounts.py"  # what a user signs in with
FIRST_ROWS = "audiences/intake/matching/first_rows.py"
FORMER_KEYS = "audiences/people/former_keys.py"
SUBSCRIBING = "audiences/intake/matching/subscribing.py"
SUBSCRIPTIONS = "audiences/subscriptions.py"
SEARCH_TEXTS = "audiences/people/search_texts.py"
BODIES = "audiences/upkeep/bodies.py"
EDITING, MOVING = "audiences/upkeep/editing.py", "mailer/stewardship/moving.py"
LENDING = "audiences/upkeep/lending.py"
MERGING, REMOVING = "mailer/stewardship/merging.py", "mailer/stewardship/removing.py"
# Table → column → the modules that may write it; `*` stands for all other columns,
# `(row)` for whole rows, `(some)` for columns that are not named in the source.
# Campaigns of confirmations are created in their state `sending`.
WRITERS: dict[str, dict[str, set[str]]] = {
    "Campaign": {
        "state": {ACTS, EDIT, LETTERS},
        "stopped_because": {ACTS},
        "updated_at": {ACTS, EDIT, LETTERS},
        "at": {
            *("mailer/calendar/schedule.py", "mailer/campaigns/control.py"),
            "mailer/calendar/renewing.py",
        },
        "released_at": {"mailer/outbox/release.py", LETTERS},
        "expires_at": {HOURS, LETTERS},
        "opens_at": {HOURS},
        "closes_at": {HOURS},
        "reference_number": {REFERENCES},
        "files": {"mailer/campaigns/writing/files.py"},
        "corrects": {"mailer/outbox/waves/erratum.py"},
        "waits_for": {"mailer/outbox/release.py"},
        "*": {EDIT, HOURS, REFERENCES, LETTERS},
    },
    "CampaignEvent": {"*": {ACTS}},
    "Message": {
        "(row)": {PLAN},
        "state": {MOVES, MARK, RECORD, CLOSING, RESUMING, RETURNS, CONFIRMATIONS},
        "due_at": {
            *(RECORD, CLOSING, RESUMING, RETURNS, CONFIRMATIONS),
            "mailer/outbox/postpone.py",
        },
        "reason": {RECORD, RESUMING, RETURNS, "mailer/outbox/postpone.py"},
        "marked_at": {MARK, RECORD, RESUMING},
        "attempts": {MARK, RECORD, CONFIRMATIONS},
        "worker_id": {MARK, RECORD, CLOSING, RETURNS},
        "settled_at": {RECORD, CLOSING, RESUMING, RETURNS},
        "reply": {RECORD, RESUMING, RETURNS, REMOVING},
        "address_key": {MOVING, CONFIRMATIONS},
        "contact_id": {MERGING, CONFIRMATIONS},
        "organisation_id": {MERGING, CONFIRMATIONS},
        "wave": {MERGING},
        "relay": {RECORD},
        "(some)": {RECORD},
        "*": {CONFIRMATIONS},
    },
    "MessageEvent": {
        "(row)": {"mailer/outcomes/forgetting.py"},
        "detail": {RECORD, REMOVING},
        "*": {RECORD},
    },
    "Contact": {
        "(row)": {APPLYING, UNDO, REMOVING},
        "(some)": {APPLYING, JOINING},
        "address_key": {FORMER_KEYS, EDITING, MOVING},
        "stopped_at": {SUBSCRIPTIONS, DETAILING, REMOVING, MERGING},
        "updated_at": {
            *(SUBSCRIPTIONS, "audiences/contacts.py", JOINING),
            *(BODIES, EDITING, LENDING, MOVING, REMOVING, MERGING),
        },
        "roles": {EDITING, REMOVING, MERGING, BODIES, LENDING},
        "function": {EDITING, REMOVING, MERGING},
        "organisation_id": {EDITING, BODIES},
        "*": {"audiences/contacts.py", EDITING, MOVING, REMOVING},
    },
    "ContactSearch": {"*": {SEARCH_TEXTS}},
    "OrganisationSearch": {"*": {SEARCH_TEXTS}},
    "Subscription": {
        "(row)": {SUBSCRIBING, UNDO, REMOVING},
        "*": {SUBSCRIPTIONS, MERGING},
    },
    "Consent": {
        "(row)": {SUBSCRIBING, REMOVING},
        "contact_id": {SUBSCRIPTIONS, MERGING},
        "*": {SUBSCRIPTIONS},
    },
    "Suppression": {"*": {"audiences/suppressions.py"}},
    "SuppressionEvent": {"*": {"audiences/suppressions.py"}},
}
# Modules with statements on a table that is an argument.
ANY_TABLE = {UNDO, DETAILING, FIRST_ROWS, ACCOUNTS}


@pytest.mark.xdist_group("sources")  # one process reads them
@pytest.mark.parametrize("row", WRITERS)
def test_a_table_is_written_by_these_modules_only(row: str) -> None:
    allowed = WRITERS[row]
    writers = writing.written()[row]
    forbidden = {
        column: modules - allowed.get(column, allowed["*"])
        for column, modules in writers.items()
    }
    unused = {
        column: allowed[column] - writers.get(column, set())
        for column in allowed.keys() - {"*"}
    }

    assert {column: each for column, each in forbidden.items() if each} == {}
    assert {column: each for column, each in unused.items() if each} == {}


def test_only_listed_modules_have_statements_on_any_table() -> None:
    assert writing.any_table() == ANY_TABLE


def test_a_writer_that_is_not_listed_is_found() -> None:
    source = """
def f(session, found: Campaign):
    found.state = "sending"
    found.name, found.expires_at = "", None
    session.execute(update(Campaign).values(at=None))
"""
    assert set(writing.written_by(source)) == {
        ("Campaign", "state"),
        ("Campaign", "name"),
        ("Campaign", "expires_at"),
        ("Campaign", "at"),
    }


def found(pattern: str) -> set[str]:
    """Return the modules of the product whose source matches a pattern."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if path.relative_to(ROOT).parts[0] in {"audiences", "mailer"}
        and "migrations" not in path.parts
        and re.search(pattern, path.read_text(encoding="utf-8"), re.DOTALL)
    }


def test_only_the_gate_approves() -> None:
    assert found(r"\bapproval\.approve\(") == {"mailer/campaigns/review/gate.py"}


def test_only_one_module_reads_the_clock() -> None:
    assert found(r"\bdatetime\.(now|utcnow|today)\(") == {"mailer/clock.py"}


def test_no_statement_that_writes_is_a_text() -> None:
    assert found(r"\btext\(f?\"(insert|update|delete)") == set()
