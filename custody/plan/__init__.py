"""The delivery tree, what each place needs, and what was told of its work."""
