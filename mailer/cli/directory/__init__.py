"""Commands on readers: contacts, segments, topics, suppressions."""
