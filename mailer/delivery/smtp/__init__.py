"""One connection to a relay: opening it, the SMTP dialogue, the meaning of replies.

delivery/routing decides which relay is used, and when.
"""
