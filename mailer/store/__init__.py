"""Transactions, statements over many rows, locks, faults of the store.

No table and no rule of what is stored.
"""
