"""Time: cadences, sending hours, time zones and the ticker.

Imports neither audiences nor mailer.
"""
