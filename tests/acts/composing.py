"""A letter that needs no site, compiled and composed for any reader."""

from dataclasses import replace
from datetime import UTC, datetime

from mailer.composing import skeletons
from mailer.composing.compose import Addressed, Composer
from mailer.composing.dkim import LetterSigner
from mailer.composing.header import HeaderFields
from mailer.composing.parts import Extras
from mailer.composing.skeletons import Skeleton
from mailer.links import LinkSigner, Signed, Stamp
from mailer.rendering.marks import Field, Marks
from mailer.rendering.source import Letter

SIGNER = LinkSigner((b"a key of the tests, forty octets or so",))
MARKS = Marks("0123456789abcdef")
NAME, LEAVE = MARKS.of(Field.NAME), MARKS.of(Field.UNSUBSCRIBE)
URL = "https://letters.example.org"
TEXT = f"""Dear {NAME},

.A line with a dot, and one that begins as a mailbox does:
From here on, {MARKS.of(Field.ORGANISATION)} is in the middle of a sentence that is
long enough to be broken softly, with été, النص and 文字 in it = all of it = twice.
.
..

Leave this letter: {URL}/u/{LEAVE}
"""
HTML = f"""<!doctype html><html lang="en" dir="ltr"><head><title>Letter</title></head>
<body><p>Dear {NAME}, {MARKS.of(Field.ORGANISATION)} &amp; others – été 文字</p>
<p><a href="{URL}/u/{LEAVE}">Leave this letter</a></p>{"<p>More of it.</p>" * 40}
</body></html>
"""
ENVELOPE = HeaderFields(
    sender_name="UNESCO – Partenariats avec la société civile",
    sender="partnerships@liaison.example",
    reply_to="partnerships@liaison.example",
    domain="liaison.example",
    list_label="monthly-letter",
    list_name="Lettre mensuelle, été",
    site_url=URL,
    at=datetime(2027, 5, 4, 8, 0, tzinfo=UTC),
    campaign="c7",
)


def compiled(
    *,
    subject: str = "Monthly letter, May 2027",
    extras: Extras | None = None,
    **envelope: object,
) -> Skeleton:
    """Return the skeleton of a letter with every kind of place in it."""
    letter = Letter(language="en", subject=subject, html=HTML, text=TEXT, marks=MARKS)
    under = replace(ENVELOPE, **envelope)  # type: ignore[arg-type]  # fields by name
    return skeletons.compile_letter(letter, under, extras or Extras())


def composed(
    made: Skeleton,
    *,
    name: str | None = "Awa Ndiaye",
    organisation: str = "Enda Tiers Monde",
    address: str = "awa@enda.example",
    number: int = 1,
    signer: LetterSigner | None = None,
) -> bytes:
    """Return one reader's message."""
    reader = Addressed(address=address, name=name, organisation=organisation)
    return Composer(made, signer).compose(reader, signed(number))


def signed(number: int) -> Signed:
    """Return the tokens of a message."""
    return SIGNER.message(Stamp(bytes(4), number, b"a reader"))
