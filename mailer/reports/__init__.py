"""Counting who got what, from the ledger."""
