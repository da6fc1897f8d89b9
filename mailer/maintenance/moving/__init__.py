"""Moves the store of a site from SQLite to PostgreSQL, and back."""
