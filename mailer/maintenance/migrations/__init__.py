"""Alembic migrations of the whole store."""
