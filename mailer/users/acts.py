"""The table of acts: which roles may do what. docs/users.md shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from audiences.store.permission import DirectoryRight
from mailer.users.roles import UserRole

VIEWER, AUTHOR, TRANSLATOR = UserRole.VIEWER, UserRole.AUTHOR, UserRole.TRANSLATOR
APPROVER, SENDER, STEWARD = UserRole.APPROVER, UserRole.SENDER, UserRole.STEWARD
OPERATOR, ADMIN = UserRole.OPERATOR, UserRole.ADMIN


class Right(StrEnum):
    """What a right on campaigns and on the site allows."""

    READ = "read"
    NAMES = "names"
    WRITE = "write"
    TRANSLATE = "translate"
    SIGN_OFF = "sign_off"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    SEND = "send"
    PAUSE = "pause"
    SERIES = "series"
    EXPORT = "export"
    USERS = "users"
    TEMPLATES = "templates"
    STOP = "stop"
    GO = "go"
    HEALTH = "health"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class ActRow:
    """One row of the table: an act in words, and the roles that may do it."""

    words: str  # after “may not”
    roles: tuple[UserRole, ...]


ACTS: Mapping[str, ActRow] = {
    Right.READ: ActRow("read letters, reports and the calendar", tuple(UserRole)),
    Right.NAMES: ActRow(
        "see names and addresses of readers", (AUTHOR, APPROVER, SENDER, STEWARD)
    ),
    Right.WRITE: ActRow("write or test", (AUTHOR,)),
    Right.TRANSLATE: ActRow("translate", (TRANSLATOR,)),
    Right.SIGN_OFF: ActRow("sign off a translation of", (TRANSLATOR,)),
    Right.APPROVE: ActRow("approve", (APPROVER,)),
    Right.SCHEDULE: ActRow("schedule", (SENDER,)),
    Right.UNSCHEDULE: ActRow("take the time from", (AUTHOR, SENDER)),
    Right.SEND: ActRow("release, resume, resend or cancel", (SENDER,)),
    Right.PAUSE: ActRow("pause", (AUTHOR, APPROVER, SENDER, OPERATOR, ADMIN)),
    Right.SERIES: ActRow("change the series", (AUTHOR, SENDER, STEWARD)),
    DirectoryRight.RULES: ActRow("change saved rules", (AUTHOR, SENDER, STEWARD)),
    DirectoryRight.WORDS: ActRow("change the words of the site", (AUTHOR, STEWARD)),
    DirectoryRight.DIRECTORY: ActRow("change the directory", (STEWARD,)),
    DirectoryRight.ERASE: ActRow("erase people", (STEWARD,)),
    DirectoryRight.LIFT: ActRow("lift suppressions", (STEWARD,)),
    Right.EXPORT: ActRow("export contacts", (STEWARD,)),
    Right.TEMPLATES: ActRow("change the templates", (OPERATOR, ADMIN)),
    Right.STOP: ActRow("stop the site", (APPROVER, SENDER, OPERATOR, ADMIN)),
    Right.GO: ActRow("let the site send again", (OPERATOR, ADMIN)),
    Right.HEALTH: ActRow("see the state of the machine", (OPERATOR, ADMIN)),
    Right.USERS: ActRow("change users and their roles", (ADMIN,)),
    Right.RECORD: ActRow("read the record of what others did", (STEWARD, ADMIN)),
}
