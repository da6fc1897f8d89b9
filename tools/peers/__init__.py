"""Real servers on loopback that tests and tools run the product against."""
