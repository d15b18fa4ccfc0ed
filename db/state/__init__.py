"""The cache of the fold of all events, and the questions asked of it."""
