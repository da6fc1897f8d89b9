"""What the project is measured, attacked, pictured and verified with.

No test, and no part of the product.
"""
