"""The console's pages of the directory: organisations, contacts, lists."""
