"""What is read before a campaign is approved: its state, checks, changes, letters."""
