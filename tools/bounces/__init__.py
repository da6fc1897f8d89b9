"""Makes bounces with real mail servers on loopback, each with its truth.

A scripted server refuses each recipient with a reply of the tests' corpus; the mail
server in front of it returns the mail, in several languages and configurations.
"""
