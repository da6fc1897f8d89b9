"""Decides what is believed of mails that came back, and what follows from it.

A mail is believed if it names a message that we sent, with our signature.
"""
