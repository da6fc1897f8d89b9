"""The console's pages of imports: lists that are checked, applied and undone."""
