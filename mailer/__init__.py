"""The path of a message, a line per stage; docs/path-of-a-message.md has more.

audiences.intake       contacts are imported, checked and undoable
audiences.segments     a rule picks an audience, each reader with a reason
mailer.campaigns       content is written, checked and approved
mailer.calendar        it gets its time
mailer.rendering       each variant of the content becomes a letter
mailer.outbox          the release makes one message per reader; workers claim them
mailer.composing       a letter becomes the octets of each message
mailer.delivery        a worker marks a message and hands it to the relay
mailer.outcomes        the result is recorded
mailer.feedback        later news of it is recorded too
mailer.reports         who got what, counted from the ledger
mailer.web             the reader answers
"""

__version__ = "0.1.0"
