"""What the dry run of an import shows: changes, faults by reason, rows to mend."""
