"""What became of a campaign: by group, over time, against the last letter."""
