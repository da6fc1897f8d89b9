"""The engine of the store: transactions, advisory locks, and the faults of drivers.

It knows no table.
"""
