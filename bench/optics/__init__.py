"""Labels before a simulated camera that nothing in the reader was chosen on."""
