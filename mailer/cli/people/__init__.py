"""Commands on single contacts and organisations, and lists of them."""
