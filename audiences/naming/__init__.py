"""Finds the codes that names of countries, languages and others stand for."""
