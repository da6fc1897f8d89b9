"""Segments: saved rules over organisations and contacts.

grammar (text → rule) → vocabulary (are the words known?) → compile (rule → condition)
→ resolve (condition → audience, each reader with the reason they are left out).
"""
