"""The roles of users and their limits, in words for people."""

from mailer.rendering.language.catalogues import Catalogue
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
CLASSES = {  # of the bundled letter types; a site may have others
    "invitation": "invitations",
    "news": "news",
    "official": "official letters",
    "service": "letters of the service",
    "general": "letters without a class",
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
STRINGS = (*ROLES.values(), *LIMITS.values(), *CLASSES.values(), *MAY.values())


def class_name(words: Catalogue, code: str) -> str:
    """Return the name of a class of letters; the code of one that the site added."""
    return words.text(CLASSES[code]) if code in CLASSES else code
