"""Takes over the opt-outs and dead mailboxes that other systems know."""
