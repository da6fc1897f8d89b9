"""The pages: an edge that parses, makes one call and shows."""
