"""What colleagues say of a letter, and who else is writing in it."""
