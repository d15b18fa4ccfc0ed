"""The papers of a handover: the paper itself, the blank form, the key sheet."""
