"""Makes the tables of letters by which encodings are recognised, and measures them."""
