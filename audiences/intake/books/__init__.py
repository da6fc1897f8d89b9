"""Reads address books as rows, like a list."""
