"""Colleagues at one letter: their remarks, and who writes at this moment."""
