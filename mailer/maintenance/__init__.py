"""Acts on a whole site: making it, upgrading its store.

The daily examination is in doctor.
"""
