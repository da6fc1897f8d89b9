"""The readers' pages: leave, choose, confirm."""
