"""What readers do through the links of their letters.

Pages are in web; the rules of consent are in audiences.
"""
