"""The plan loaded from tables, and its items registered."""
