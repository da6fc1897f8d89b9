"""The demonstration and its mailbox.

Nothing that a real site needs.
"""
