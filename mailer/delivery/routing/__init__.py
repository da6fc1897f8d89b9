"""Which relay takes a message, and when it may: limits, breakers, retries.

No connection is opened here.
"""
