"""Letters to people of the unit, outside the ledger: tests, links, requests."""
