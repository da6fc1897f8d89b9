"""A campaign's texts as units to translate, out to PO files and back.

The words of templates are catalogues, in rendering/language.
"""
