"""Checks, previews and approves campaigns.

Nothing here changes content.
"""
