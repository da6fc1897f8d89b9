"""The demonstration and its inbox.

A real site needs neither.
"""
