"""Figures over many chains: progress, time, discrepancies, scores."""
