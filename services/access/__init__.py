"""Who may do what here: PINs, observers, what waits for admission."""
