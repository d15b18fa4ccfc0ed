"""Fuzzing of everything that reads strangers' bytes: `python -m tests.fuzz`, and the corpora that it left."""
