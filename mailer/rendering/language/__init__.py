"""What depends on a letter's language: catalogues, typography, direction, hours.

The choice of a reader's language is in audiences.
"""
