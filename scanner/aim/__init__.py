"""What keeps a label that is held up from being read, and what to do about it."""
