"""One connection to a relay: opening it, the dialogue, what replies mean.

Which relay and when is decided in delivery/routing.
"""
