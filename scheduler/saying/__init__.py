"""Says a cadence in words, in English or French; what it says can be read again."""
