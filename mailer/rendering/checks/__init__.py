"""Checks of templates, texts and letters; the result is a list of problems.

campaigns/review decides what follows from a problem.
"""
