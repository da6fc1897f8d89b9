"""What things are called on the pages of the console."""
