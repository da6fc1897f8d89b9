"""The report of a letter: who got it, who did not and why, and the list of both."""
