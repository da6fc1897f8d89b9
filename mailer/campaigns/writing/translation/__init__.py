"""Exchanges a campaign's texts with translators, as units in PO files.

The words of templates are in catalogues: rendering/language.
"""
