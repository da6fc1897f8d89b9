"""What people paste or bring from word processors and web pages, as Markdown."""
