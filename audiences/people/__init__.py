"""What is kept about contacts besides their rows."""
