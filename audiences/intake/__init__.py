"""Imports lists of contacts: read → check → stage → plan → apply, and undo.

An import is applied whole or not at all. Applying a file twice changes nothing the
second time. A subscription that ended stays ended. Memory use is bounded.
"""
