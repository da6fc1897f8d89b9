"""WHAT BECAME of a message: its states, and the one writer of them."""
