"""Reference data as CSV files: states, themes, topics, and a sample directory."""
