"""Commands on a whole site: making it, examining it, its keys and users."""
