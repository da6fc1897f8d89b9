"""From a letter to the octets of one reader's message: encoding, header, signature.

No store and no network.
"""
