"""Commands that write what is known: chains, lists, letters."""
