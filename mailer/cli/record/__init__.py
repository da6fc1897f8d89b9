"""`mailer history` and `mailer audit`: who did what, and is the record whole."""
