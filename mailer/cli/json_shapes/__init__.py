"""The shapes of what commands print as JSON. Instants are ISO 8601 with offset."""
