"""The delivery tree, what each place needs, and the records of its work."""
