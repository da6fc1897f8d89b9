"""WHAT is sent: campaigns, their content, approval, and recurring series."""
