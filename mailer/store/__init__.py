"""The engine of the store: transactions, advisory locks, and the faults of drivers.

Of the tables it knows those of the store's own identity only.
"""
