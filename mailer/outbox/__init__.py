"""Messages that no relay has taken yet: release, claim, postpone; workers' leases."""
