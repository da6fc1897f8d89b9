"""What people and their programs answer: filed to its campaign, for the unit to read.

Nothing here sends mail, so no answer can start a loop.
"""
