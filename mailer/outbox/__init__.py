"""Messages decided and not yet taken by the relay: release, claim, give back."""
