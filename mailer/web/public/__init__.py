"""The readers' pages: unsubscribe, preferences, confirmation, directory entry."""
