"""The BAST letter: its facts, its template, and its files."""
