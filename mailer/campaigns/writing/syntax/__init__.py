"""Reads the parts of a text: front matter, headings of blocks, typed lines."""
