"""Reads workbooks in a child process with limits of memory and processor time."""
