"""Content to letter to bytes: pure, without database or network.

source (what is said) → markdown, merge → mjml (HTML) and plaintext → letter
→ skeleton (pre-encoded pieces, once per letter) → compose joins them per reader.
"""
