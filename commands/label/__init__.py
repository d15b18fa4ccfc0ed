"""Commands that print labels and forms, and account for what was printed."""
