"""What runs until it is stopped: pages, ticker, workers.

What they do is elsewhere; here they are started and stopped.
"""
