"""What can be seen wrong in templates, texts and letters: pure rules.

What follows from a problem is decided in campaigns/review.
"""
