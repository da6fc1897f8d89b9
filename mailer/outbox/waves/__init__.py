"""Further waves of a finished campaign: to whom it is sent again, and to whom not."""
