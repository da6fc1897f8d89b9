"""What data stewards change about contacts where messages are concerned.

The rules of the directory are in audiences.
"""
