"""Reads a cadence from words in English or French, from RFC 5545 or from cron."""
