"""What is learned about messages after the relay took them.

What a relay answers at once is read in delivery.
"""
