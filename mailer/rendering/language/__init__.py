"""What depends on a letter's language: catalogues, typography, direction.

audiences/languages chooses the language of a reader.
"""
