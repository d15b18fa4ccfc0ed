"""What proves a ledger, and what attacks it."""
