"""The pages on which letters are begun and written."""
