"""What readers ask for through their links, kept until the store has it.

The pages are in web, the rules of consent in audiences.
"""
