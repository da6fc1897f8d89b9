"""Kills and faults at random, and an account of what readers got."""
