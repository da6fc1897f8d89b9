"""How users prove who they are to the console, and how long that counts."""
