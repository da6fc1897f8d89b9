"""How fast the product is, beside Postfix's own load generator."""
