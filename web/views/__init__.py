"""Facts made into what templates show."""
