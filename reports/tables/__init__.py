"""Plain tables of what a ledger holds, for other programs."""
