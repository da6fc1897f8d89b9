"""The pages of translators: a letter beside its source, and PO files."""
