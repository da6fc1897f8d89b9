"""Who uses a site: users, their roles, and what each role may do."""
