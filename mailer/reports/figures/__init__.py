"""Figures of a campaign for pages that many watch, kept with their time."""
