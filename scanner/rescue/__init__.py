"""Codes that no decoder reads, read by their finder patterns."""
