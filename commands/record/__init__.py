"""Commands that record one thing that was done or seen."""
