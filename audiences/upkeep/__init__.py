"""What the unit changes in the directory by hand, each change with its history."""
