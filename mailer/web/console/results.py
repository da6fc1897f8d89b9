"""What a press did, said at the top of the page that it leads to: `?done=approved`."""

from mailer.rendering.language.catalogues import Catalogue

KEY = "done"  # in the query of that page
RESULTS = {
    "asked": "The request for an approval is mailed.",
    "withdrawn": "The requests are taken back.",
    "approved": "Your approval is recorded.",
    "returned": "The letter is sent back to its author.",
    "scheduled": "The letter has its time.",
    "unscheduled": "The time is taken away.",
    "paused": "The letter is paused.",
    "resumed": "The letter continues.",
    "cancelled": "The letter is cancelled.",
    "sent": "The letter is on its way.",
    "restored": "The version is restored.",
    "saved": "The changes are saved.",
    "new": "It is added.",
    "gone": "It is removed.",
    "signed-out": "The person is signed out everywhere.",
    "disabled": "The person is disabled.",
    "enabled": "The person may act again.",
    "settled": "The remark is settled.",
}
STRINGS = tuple(RESULTS.values())


def said(words: Catalogue, done: str) -> str:
    """Return the sentence about an act in a language; "" if the page follows none."""
    return words.text(RESULTS[done]) if done in RESULTS else ""


def added_to(path: str, done: str) -> str:
    """Return a path that says what was done; its part stays at its end."""
    path, mark, part = path.partition("#")
    return f"{path}{'&' if '?' in path else '?'}{KEY}={done}{mark}{part}"
