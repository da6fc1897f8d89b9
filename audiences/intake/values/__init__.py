"""Reads cells as people type them."""
