"""What readers do through the links in their letters.

The pages are in web, the rules of consent in audiences.
"""
