"""What templates and letters may have: elements, attributes, addresses, styles."""
