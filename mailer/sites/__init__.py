"""A site opened: its settings, store, keys and templates in one value.

Only the edges open one; everything else is given it.
"""
