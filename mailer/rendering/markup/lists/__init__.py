"""Lists as people type them: their marks, and lists within lists."""
