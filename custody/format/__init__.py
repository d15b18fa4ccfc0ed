"""The formats: codes, events and their bytes (docs/ledger-format.md)."""
