"""The forms of remarks on a letter, and the sentence of who else writes it."""
