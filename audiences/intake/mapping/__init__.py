"""Finds out which column of a list becomes what, and gives its rows that form."""
