"""What a station's folder holds, by name."""

LEDGER_FILE = "ledger.db"
"""The ledger, where no other database is named."""
