"""Commands that send, serve and settle."""
