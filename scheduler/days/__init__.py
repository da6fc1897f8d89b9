"""The days of recurrences and of rules of RFC 5545, in a year."""
