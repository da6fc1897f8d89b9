"""Chooses each reader's letter, its language and its reason, and renders the letters.

audiences/segments decides who the readers are.
"""
