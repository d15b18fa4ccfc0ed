"""Labels, from their content to the printer."""
