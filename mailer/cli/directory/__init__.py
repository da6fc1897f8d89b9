"""Commands on readers: contacts, proposals, segments, suppressions, topics."""
