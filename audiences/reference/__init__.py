"""Reference data as CSV files: countries, themes, topics and a sample directory."""
