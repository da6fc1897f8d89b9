"""The record of acts, in words."""
