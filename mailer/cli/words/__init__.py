"""Verbs on the words of a site: topics, themes, roles, sectors, offices."""
