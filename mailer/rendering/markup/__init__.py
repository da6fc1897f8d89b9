"""Markdown and MJML in, HTML out.

Nothing here knows what a letter says.
"""
