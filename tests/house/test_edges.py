"""Edges build no SQL statements; transactions are opened in listed modules only."""

import ast
import re

from tests.house.test_shape import FILES
from tools.checkout import ROOT

BUILDERS = {"select", "insert", "update", "delete", "exists", "func", "text"}
# Modules that open transactions: edges, the worker, the release, the ticker, and verbs
# that do something long between two transactions.
OPENERS = (
    "mailer/cli/",
    "mailer/web/",
    "mailer/demo/",
    "mailer/doctor/",
    "mailer/maintenance/",
    "mailer/delivery/",
    "mailer/outbox/plan.py",
    "mailer/outbox/release.py",
    "mailer/outcomes/resending.py",  # renders between two transactions
    "mailer/calendar/due.py",
    "mailer/calendar/schedule.py",  # finds the slot for which the gate then renders
    "mailer/calendar/announcing.py",  # renders between two transactions
    "mailer/campaigns/review/gate.py",  # renders between two transactions
    "mailer/campaigns/review/preview.py",
    "mailer/campaigns/writing/drafting/beginning.py",
    "mailer/campaigns/writing/translation/exchange.py",
    "mailer/stewardship/suppressing.py",  # writes the file of opt-outs, then the store
    "mailer/campaigns/asking/requests.py",  # the gate renders before its transaction
    "mailer/campaigns/asking/plainly.py",
    "mailer/calendar/opening.py",  # reads the last letter between two transactions
    "mailer/processes/noticing.py",  # mails between two transactions
    "mailer/feedback/lost/sending_on.py",  # a resend opens its own
    "mailer/readers/applying.py",  # reads the file of opt-outs between transactions
    "mailer/feedback/reconcile.py",  # reads the log between two transactions
    "mailer/feedback/arrivals/",  # takes mails from their sources, group by group
    "mailer/feedback/providers/reporting.py",  # opt-outs go to their file between
    "mailer/processes/returning.py",  # forgets old texts at intervals
    "mailer/reports/coverage.py",
    "mailer/reports/figures/campaign_figures.py",  # counts once for many pages
    "mailer/reports/review/overview.py",  # the gate renders between two transactions
    "mailer/reports/readers.py",
    "mailer/store/",
    "mailer/processes/chores.py",  # reads lists between transactions
    "audiences/sources/reading.py",  # fetches a list before it is imported
    "audiences/intake/importing.py",  # first stages all rows, then applies them
)


def product(*folders: str) -> dict[str, str]:
    """Return the source of every file below these folders."""
    files = {path.relative_to(ROOT).as_posix(): path for path in FILES}
    return {
        name: path.read_text(encoding="utf-8")
        for name, path in files.items()
        if name.startswith(folders)
    }


def test_no_edge_builds_a_statement() -> None:
    building = {
        name
        for name, source in product("mailer/cli/", "mailer/web/").items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sqlalchemy")
        and BUILDERS & {each.name for each in node.names}
    }

    assert building == set()


def test_transactions_are_opened_where_contributing_says() -> None:
    opening = {
        name
        for name, source in product("mailer/", "audiences/").items()
        if re.search(r"\.(writing|reading|held|transaction)\(", source)
    }

    assert {each for each in opening if not each.startswith(OPENERS)} == set()
