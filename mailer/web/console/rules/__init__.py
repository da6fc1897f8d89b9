"""The rule of a letter in words: who its readers are, and what changed in it."""
