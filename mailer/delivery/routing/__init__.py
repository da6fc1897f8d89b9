"""Decides which relay takes a message, and when: rules, limits, breakers, retries.

It opens no connections.
"""
