"""Builders, examples and fixtures that several tests share."""
