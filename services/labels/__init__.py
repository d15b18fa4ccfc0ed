"""Labels chosen, printed and recorded."""
