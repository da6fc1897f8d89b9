"""Changes of a message's state: marks, outcomes, the end of a campaign."""
