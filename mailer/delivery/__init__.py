"""The worker: claim, mark, compose, send, read the reply, record the outcome."""
