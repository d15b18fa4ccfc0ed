"""What runs while somebody looks: sessions, cameras, events, jobs, the ledger's threads."""
