"""Reads the texts of blocks that have a form: tables, columns, people, notes, links.

`reading.check` refuses a text without the form of its block type. A form is read from
Markdown that people would write without a manual.
"""
