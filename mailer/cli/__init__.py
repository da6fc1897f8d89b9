"""The command `mailer`: each verb parses, makes one call, and shows the result."""
