"""What readers ask for through their links, and what the unit changes about them.

The pages are in web, the rules of consent in audiences.
"""
