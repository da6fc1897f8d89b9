"""The console: the unit's pages, over the verbs that the command calls."""
