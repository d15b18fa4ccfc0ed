"""Tests: a folder for each package, `support/` for what they share, `data/` for what they read."""
