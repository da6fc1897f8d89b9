"""The path of a message, a line per stage; docs/path-of-a-message.md tells more.

audiences.intake       contacts come in, checked and undoable
audiences.segments     a rule picks an audience, each reader with a reason
mailer.campaigns       content is written, approved, and given its time
mailer.rendering       one variant of the content becomes a letter, once
mailer.outbox          the release makes one message per reader; workers claim them
mailer.delivery        a message is composed, marked, and handed to the relay
mailer.outcomes        what became of it, by the one writer
mailer.reports         who got what, counted from the ledger
mailer.web             the reader's way back
"""

__version__ = "0.1.0"
