"""Commands on a site: make, check and upgrade it; its keys and users; the demo."""
