"""New events, composed from what is to be recorded."""
