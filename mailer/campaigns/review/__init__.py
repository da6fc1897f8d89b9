"""What stands between a draft and its release: checks, preview, approval.

Nothing here changes content.
"""
