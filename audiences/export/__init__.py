"""Writes contacts and organisations to files: CSV, XLSX, vCard and JSON."""
