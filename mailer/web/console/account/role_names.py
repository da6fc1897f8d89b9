"""The roles of users and their limits, in words for people."""

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
_SCOPE = "to which readers: a rule, such as served_by = dakar; empty for all"
LIMITS = {
    UserRole.AUTHOR: _SCOPE,
    UserRole.SENDER: _SCOPE,
    UserRole.TRANSLATOR: "into which languages, such as fr,ar; empty for all",
    UserRole.APPROVER: "which classes of letters; empty for all",
}
STRINGS = (*ROLES.values(), *LIMITS.values())
