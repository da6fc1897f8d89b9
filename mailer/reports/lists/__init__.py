"""Lists of the directory as documents, in one language."""
