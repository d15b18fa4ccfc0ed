"""Logs as they are stored: events, heads, merging, papers, and the audit of the tables."""
