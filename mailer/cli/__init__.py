"""The command `mailer`: an edge that parses, makes one call and prints."""
