"""The roles of users and their limits, in words for people."""

from mailer.users.acts import ACTS, Right
from mailer.users.roles import UserRole

ROLES = {
    UserRole.VIEWER: "reads letters and reports",
    UserRole.AUTHOR: "writes letters",
    UserRole.TRANSLATOR: "translates",
    UserRole.APPROVER: "approves letters",
    UserRole.SENDER: "gives letters their time, and sends",
    UserRole.STEWARD: "keeps the directory",
    UserRole.OPERATOR: "runs the machine",
    UserRole.ADMIN: "adds people, and gives roles",
}
_SCOPE = "Only to readers of whom this is true; none chosen: to all"
LIMITS = {
    UserRole.AUTHOR: _SCOPE,
    UserRole.SENDER: _SCOPE,
    UserRole.TRANSLATOR: "Only into these languages; none ticked: into all",
    UserRole.APPROVER: "Only letters of these classes; none ticked: of all",
}
# what a right lets somebody do, where ACTS has a part of a sentence only
_WHOLE: dict[str, str] = {
    Right.WRITE: "write and test letters",
    Right.TRANSLATE: "translate letters",
    Right.SIGN_OFF: "sign off translations",
    Right.APPROVE: "approve letters, or send them back",
    Right.SCHEDULE: "give letters their time",
    Right.UNSCHEDULE: "take the time of a letter away",
    Right.SEND: "send letters, let them continue, cancel them",
    Right.PAUSE: "pause letters",
    Right.SERIES: "change series",
}
MAY: dict[str, str] = {right: row.words for right, row in ACTS.items()} | _WHOLE
STRINGS = (*ROLES.values(), *LIMITS.values(), *MAY.values())
