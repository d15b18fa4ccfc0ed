"""Desks at which scans become drafts and drafts become records."""
