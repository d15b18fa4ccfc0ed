"""Mutants of the rules: changes that mutmut makes to one place of the code, each of which some test must catch."""
