"""Reads, parses, stores and translates a campaign's content.

campaigns/review decides whether it may be sent.
"""
