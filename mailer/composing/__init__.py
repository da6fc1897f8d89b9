"""Turns a letter into the octets of each reader's message: encoding, header, signature.

It uses no store and no network.
"""
