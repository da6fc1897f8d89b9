"""Contacts whose mailbox is gone: who follows them, and the unit's tasks about them."""
