"""What the records of one handover say, and what was to be expected of it."""
