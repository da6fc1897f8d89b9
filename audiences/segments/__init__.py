"""Segments: rules that pick contacts, saved or not, and the audiences they give.

`grammar` parses a text to a rule; `compiler` checks its words with `vocabularies` and
makes a condition of the store; `resolve` reads the audience, with those left out.
"""
