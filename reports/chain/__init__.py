"""Chains of custody as text, table, JSON and PDF."""
