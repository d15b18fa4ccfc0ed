"""Who may ask: guard, entrances, roles, token, pairing, certificate."""
