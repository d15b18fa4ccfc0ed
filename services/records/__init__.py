"""What is recorded besides handovers, each use case once."""
