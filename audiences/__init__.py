"""WHO: organisations, contacts, topics, consent, and the rules that pick readers.

Knows nothing of campaigns, letters or schedules.
"""
