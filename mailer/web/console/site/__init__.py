"""The console's pages of the site: words, journal, settings, health."""
