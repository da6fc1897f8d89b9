"""HOW it leaves: compose → mark → SMTP → verdict → outcome."""
