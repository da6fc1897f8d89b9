"""Organisations, contacts, topics, consent, and the rules that pick readers.

Imports neither mailer nor scheduler.
"""
