"""From pictures and typed lines to labels."""
