"""Pictures to texts: decoders, renderings, and when to look again."""
