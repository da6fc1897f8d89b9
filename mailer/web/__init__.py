"""The web pages: each handler parses a request, makes one call, shows the result."""
