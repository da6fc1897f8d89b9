"""How a campaign's content comes in, is parsed and changed.

Whether it may be sent is decided in campaigns/review.
"""
