"""Turns Markdown and MJML into HTML.

It knows nothing of blocks and letters.
"""
