"""The record: who did what, when and from where, in a chain that shows each change."""
