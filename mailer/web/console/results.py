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
    "moved": "The address is changed.",
    "merged": "The two are merged.",
    "removed": "The contact is removed.",
    "erased": "The person is erased. No import stores this address again.",
    "retired": "The organisation is retired.",
    "suppressed": "The address is suppressed.",
    "lifted": "The address may be written to again.",
    "imported": "The list is imported.",
    "undone": "The import is undone.",
    "applied": "The line is applied.",
    "declined": "The line is declined.",
    "unsubscribed": "The reader gets no more letters of that topic.",
    "filed": "The answer is filed to the letter.",
    "discarded": "The mail is discarded.",
    "believed": "The mail is believed.",
    "finished": "The task is done.",
    "taken-back": "The letter is a draft again.",
    "sign-in-ended": "That browser is signed out.",
    "date-skipped": "The date is skipped. Its draft, if it has one, stays a draft.",
    "date-moved": "The date is moved. The others stay as they are.",
    "date-added": "The date is added.",
}
STRINGS = tuple(RESULTS.values())


def said(words: Catalogue, done: str) -> str:
    """Return the sentence about an act in a language; "" if the page follows none."""
    return words.text(RESULTS[done]) if done in RESULTS else ""


def added_to(path: str, done: str) -> str:
    """Return a path that says what was done; its part stays at its end."""
    path, mark, part = path.partition("#")
    return f"{path}{'&' if '?' in path else '?'}{KEY}={done}{mark}{part}"
