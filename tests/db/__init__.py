"""The ledger in its database, on both kinds of it."""
