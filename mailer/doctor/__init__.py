"""Checks a site: settings, disk, store, relays, DNS; a finding says what to do."""
