"""Reports of campaigns, counted from the ledger, and the JSON of the commands."""
