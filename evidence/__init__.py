"""Whether bytes can be trusted: trees, signed heads, proofs, and the audit of logs. Pure, as `custody/` is.

Knows digests and signatures; must not know files, databases, clocks, or what an event means for an item.
"""
