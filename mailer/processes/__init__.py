"""Starts and stops what runs for long: pages, ticker, workers."""
