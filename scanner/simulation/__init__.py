"""A simulated camera, for the demo, tests and benchmarks."""
