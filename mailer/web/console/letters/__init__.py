"""The pages of letters: list, steps, preview, approval, time, sending, report."""
