"""Compares a site's templates with those of this version, and takes the newer ones."""
