"""WHEN: cadences as values, the instants they mean, and the ticker.

Knows nothing of audiences, campaigns or letters.
"""
