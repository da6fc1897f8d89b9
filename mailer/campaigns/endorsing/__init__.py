"""Who may approve a letter, and which languages a translator signed off."""
