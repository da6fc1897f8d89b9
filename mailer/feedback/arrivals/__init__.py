"""Takes mails in: from folders, a pipe, a mail server of our own, and mailboxes.

Each is stored before its source lets it go.
"""
