"""`mailer campaigns`: commands for people who write, approve and send campaigns."""
