"""Checks the texts of a campaign: each of them, and that its languages agree."""
