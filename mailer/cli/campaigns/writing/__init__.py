"""Commands that write campaigns: folders, translations."""
