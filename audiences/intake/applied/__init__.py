"""Applies an import, records it, keeps what it replaced, and undoes it."""
