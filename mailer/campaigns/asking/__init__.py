"""Requests for an approval: asked of a user by a link, answered, or taken back."""
