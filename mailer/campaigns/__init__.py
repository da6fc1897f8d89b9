"""Campaigns: their states, content, review and variants."""
