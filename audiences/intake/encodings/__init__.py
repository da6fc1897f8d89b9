"""Finds the encoding of a text file by measured evidence, and damage in its cells."""
