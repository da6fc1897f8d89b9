"""Imports what is kept about contacts besides their rows."""
