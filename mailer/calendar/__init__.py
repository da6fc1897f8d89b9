"""When campaigns are sent: their times, series and slots, and what is due.

scheduler computes the instants, without a store.
"""
