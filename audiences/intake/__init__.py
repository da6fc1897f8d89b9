"""Importing lists of contacts: read → check → stage → apply, and undo.

Guarantees that an import is applied whole or not at all, that applying it twice
changes nothing, that an opt-out survives it, and that memory stays bounded.
"""
