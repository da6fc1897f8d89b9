"""Lists that stay where they are, and are read again: files, folders, web addresses."""
