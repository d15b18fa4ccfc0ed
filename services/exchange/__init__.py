"""Evidence given away, taken in and checked."""
