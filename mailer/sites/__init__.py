"""An open site: its settings, store, keys and templates in one object.

Only the edges open a site; they pass it to the other packages.
"""
