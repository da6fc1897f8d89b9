"""Commands that check and show campaigns before they are sent."""
