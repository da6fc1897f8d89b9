"""What providers report by webhook: authenticated, then read into reports."""
