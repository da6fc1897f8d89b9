"""What a list is: its dialect, its sheets, its row of headings, and its open table."""
