"""The chain of one item: order, fold, findings, and whose word counts."""
