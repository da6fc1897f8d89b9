"""Turns the content of a campaign into letters: HTML and text with placeholders.

A Source is put into words (view), then laid out as HTML (markup) and written as text
(plaintext). It uses no store and no network.
"""
