"""When a campaign is sent: times, series and their slots, what is due.

Instants are computed in scheduler, without a store.
"""
