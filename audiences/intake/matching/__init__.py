"""Finds the contacts that rows are about, and joins several rows to one contact."""
