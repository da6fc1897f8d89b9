"""Commands of delivery: processes, messages, replies, a mail server for tests."""
