"""What depends on a letter's language: catalogues, typography, direction, hours.

audiences/languages chooses the language of a reader.
"""
