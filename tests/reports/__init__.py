"""Reports and letters."""
