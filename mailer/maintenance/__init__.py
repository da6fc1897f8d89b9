"""Creates a site, and upgrades its store.

doctor checks a site that runs.
"""
